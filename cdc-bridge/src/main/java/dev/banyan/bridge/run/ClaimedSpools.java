package dev.banyan.bridge.run;

import dev.banyan.bridge.spool.DiskSpool;
import dev.banyan.bridge.spool.Spool;
import dev.banyan.bridge.store.BridgeStore;
import dev.banyan.bridge.store.SpoolClaim;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.UUID;
import java.util.function.Consumer;

/** Spools on this host's disk that the store knows of from before their first frame until after their last one is delivered. */
record ClaimedSpools(BridgeStore store, DiskSpool.Settings settings, Consumer<Point> watcher) implements Intake.Spools {

    @Override
    public Spool begin() {
        var id = UUID.randomUUID().toString();
        var spool = DiskSpool.create(settings, id);
        watcher.accept(Point.SPOOL_MADE);
        store.claimSpool(new SpoolClaim(id, where(settings.folder())));
        watcher.accept(Point.SPOOL_CLAIMED);
        return spool;
    }

    @Override
    public void checkLease() {
        store.checkLease();
    }

    /** Killed between the two, its empty folder is found without a claim at the next start, and deleted then. */
    @Override
    public void end(Spool spool) {
        store.releaseSpool();
        watcher.accept(Point.SPOOL_RELEASED);
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
