package dev.banyan.gateway.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A control group of Linux, of version 2 or 1, whose processes get so much of one processor together and no more. */
public final class CpuGroup implements AutoCloseable {

    private static final Path ROOT = Path.of("/sys/fs/cgroup");
    private static final int PERIOD_MICROS = 100_000;

    private final Path folder;

    private CpuGroup(Path folder) {
        this.folder = folder;
    }

    /** Makes one with {@code percent} of a processor, or returns nothing where this machine does not let us. */
    public static Optional<CpuGroup> of(int percent) {
        boolean second = Files.exists(ROOT.resolve("cgroup.controllers"));
        Path parent = second ? ROOT : ROOT.resolve("cpu");
        Path folder =
                parent.resolve("banyan-test-cpu-" + ProcessHandle.current().pid() + "-" + System.nanoTime());
        try {
            Files.createDirectory(folder);
        } catch (IOException e) {
            return none(e);
        }
        int micros = PERIOD_MICROS / 100 * percent;
        try {
            if (second && !Files.exists(folder.resolve("cpu.max"))) {
                Files.writeString(parent.resolve("cgroup.subtree_control"), "+cpu");
            }
            Files.writeString(
                    folder.resolve(second ? "cpu.max" : "cpu.cfs_quota_us"),
                    second ? micros + " " + PERIOD_MICROS : Integer.toString(micros));
            return Optional.of(new CpuGroup(folder));
        } catch (IOException e) {
            remove(folder);
            return none(e);
        }
    }

    private static Optional<CpuGroup> none(IOException why) {
        System.out.println("no control group of our own here, and so as much of the processors as there is: " + why);
        return Optional.empty();
    }

    /** Moves a process into it, with all of its threads. */
    public void take(long pid) throws IOException {
        Files.writeString(folder.resolve("cgroup.procs"), Long.toString(pid));
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
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
        }
    }
}
