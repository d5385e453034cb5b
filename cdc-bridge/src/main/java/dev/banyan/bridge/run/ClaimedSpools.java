package dev.banyan.bridge.run;

import dev.banyan.bridge.spool.DiskSpool;
import dev.banyan.bridge.spool.Spool;
import dev.banyan.bridge.store.BridgeStore;
import dev.banyan.bridge.store.SpoolClaim;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.UUID;

/** Spools on this host's disk that the store knows of from before their first frame until after their last one is delivered. */
record ClaimedSpools(BridgeStore store, DiskSpool.Settings settings) implements Intake.Spools {

    @Override
    public Spool begin() {
        var id = UUID.randomUUID().toString();
        var spool = DiskSpool.create(settings, id);
        store.claimSpool(new SpoolClaim(id, where(settings.folder())));
        return spool;
    }

    /** Killed between the two, it is found without a claim at the next start, and deleted then. */
    @Override
    public void end(Spool spool) {
        store.releaseSpool();
        spool.delete();
    }

    private static String where(Path folder) {
        try {
            return InetAddress.getLocalHost().getHostName() + ":" + folder.toAbsolutePath();
        } catch (UnknownHostException e) {
            return String.valueOf(folder.toAbsolutePath());
        }
    }
}
