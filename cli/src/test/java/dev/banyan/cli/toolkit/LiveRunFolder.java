package dev.banyan.cli.toolkit;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A run folder as a running gateway keeps it; closed, it is as a gateway leaves it that was killed. */
public final class LiveRunFolder implements AutoCloseable {

    private final FileChannel lock;

    /** Fills {@code folder} with what says that a gateway's admin port is {@code adminPort} and opened by {@code token}. */
    public LiveRunFolder(Path folder, int adminPort, String token) throws IOException {
        Files.writeString(folder.resolve("admin.token"), token + "\n");
        Files.writeString(
                folder.resolve("gateway.json"), "{\"adminPort\": " + adminPort + ", \"tokenFile\": \"admin.token\"}");
        lock = FileChannel.open(folder.resolve("gateway.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        lock.lock();
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
