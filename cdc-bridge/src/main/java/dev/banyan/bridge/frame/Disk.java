package dev.banyan.bridge.frame;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** What has to survive a power cut. */
public final class Disk {

    private Disk() {}

    /** Returns when {@code path} is on the disk: the bytes of a file, or which files a folder has. */
    public static void force(Path path) throws IOException {
        try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
