package dev.banyan.gateway.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A control group of Linux, of version 2 or 1, whose processes may have so much memory together and are killed beyond it. */
public final class MemoryGroup implements AutoCloseable {

    private static final Path ROOT = Path.of("/sys/fs/cgroup");

    private final Path folder;
    private final boolean second;

    private MemoryGroup(Path folder, boolean second) {
        this.folder = folder;
        this.second = second;
    }

    /** Makes one, or returns nothing where this machine does not let us. */
    public static Optional<MemoryGroup> of(long bytes) {
        boolean second = Files.exists(ROOT.resolve("cgroup.controllers"));
        Path parent = second ? ROOT : ROOT.resolve("memory");
        Path folder = parent.resolve("banyan-test-" + ProcessHandle.current().pid() + "-" + System.nanoTime());
        try {
            Files.createDirectory(folder);
        } catch (IOException e) {
            return none(e);
        }
        try {
            Path limit = folder.resolve(second ? "memory.max" : "memory.limit_in_bytes");
            if (second && !Files.exists(limit)) {
                Files.writeString(parent.resolve("cgroup.subtree_control"), "+memory");
            }
            Files.writeString(limit, Long.toString(bytes));
            return Optional.of(new MemoryGroup(folder, second));
        } catch (IOException e) {
            remove(folder);
            return none(e);
        }
    }

    private static Optional<MemoryGroup> none(IOException why) {
        System.out.println("no control group of our own here, only the JVM's limits: " + why);
        return Optional.empty();
    }

    /** Returns what must stand before a command, so that it runs in this group. */
    public List<String> prefix() {
        return List.of("sh", "-c", "echo $$ > \"$0\"/cgroup.procs && exec \"$@\"", folder.toString());
    }

    /** How many of its processes the system has killed for want of memory. */
    public long killed() throws IOException {
        try (var lines = Files.lines(folder.resolve(second ? "memory.events" : "memory.oom_control"))) {
            return lines.filter(line -> line.startsWith("oom_kill "))
                    .mapToLong(line -> Long.parseLong(line.substring("oom_kill ".length())))
                    .sum();
        }
    }

    @Override
    public void close() {
        remove(folder);
    }

    private static void remove(Path folder) {
        for (int i = 0; i < 100; i++) {
            try {
                Files.deleteIfExists(folder);
                return;
            } catch (IOException e) { // a process in it has not quite ended
                java.util.concurrent.locks.LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
        }
    }
}
