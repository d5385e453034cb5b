package dev.banyan.gateway;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Where a running gateway leaves what the command line needs to find it; one gateway's at a time. */
final class RunFolder implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RunFolder.class);
    private static final String ABOUT = "gateway.json";
    private static final int LOOKS = 10;
    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

    private final Path folder;

    /** Holds the lock; that of a gateway that is killed ends with its process. */
    private final FileChannel lock;

    private RunFolder(Path folder, FileChannel lock) {
        this.folder = folder;
        this.lock = lock;
    }

    /** Takes the folder, which is made when it does not exist; throws when another gateway runs with it. */
    static RunFolder take(Path folder) throws IOException {
        Files.createDirectories(folder);
        var lock =
                FileChannel.open(folder.resolve("gateway.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (isTaken(lock)) {
                throw new IOException("--run-dir: " + folder + ": another gateway runs with it" + processIn(folder)
                        + " (expected: a folder of its own)");
            }
            return new RunFolder(folder, lock);
        } catch (IOException e) {
            lock.close();
            throw e;
        }
    }

    /** A command that looks whether a gateway runs holds the lock for a moment. */
    private static boolean isTaken(FileChannel lock) throws IOException {
        for (int look = 1; ; look++) {
            try {
                if (lock.tryLock() != null) {
                    return false;
                }
            } catch (OverlappingFileLockException e) {
                return true; // by a gateway of this JVM
            }
            if (look == LOOKS) {
                return true;
            }
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
        }
    }

    private static String processIn(Path folder) throws IOException {
        Path about = folder.resolve(ABOUT);
        try {
            return Files.exists(about)
                    ? ", process "
                            + new JsonMapper().readTree(Files.readString(about)).path("pid")
                    : "";
        } catch (JacksonException e) {
            return ""; // somebody has damaged it: it says less, and the folder is taken all the same
        }
    }

    /** Writes {@code gateway.json}, whole or not at all. */
    void write(int port, int adminPort, Path tokenFile) throws IOException {
        var content = new LinkedHashMap<String, Object>();
        content.put("pid", ProcessHandle.current().pid());
        content.put("port", port);
        content.put("adminPort", adminPort);
        content.put("tokenFile", tokenFile.toAbsolutePath().toString());
        Path draft = Files.createTempFile(folder, "gateway", ".tmp");
        Files.writeString(
                draft, new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(content) + "\n");
        Files.move(draft, folder.resolve(ABOUT), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Takes {@code gateway.json} away and lets the folder go. */
    @Override
    public void close() {
        if (!lock.isOpen()) {
            return; // it may be another's by now
        }
        try (lock) {
            Files.deleteIfExists(folder.resolve(ABOUT));
        } catch (IOException e) {
            LOG.warn("run folder {}: {} stays there", folder, ABOUT, e);
        }
    }
}
