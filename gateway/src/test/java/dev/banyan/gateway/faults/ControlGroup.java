package dev.banyan.gateway.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A control group of Linux, of version 2 or 1, whose processes get so much of the machine together and no more. */
public final class ControlGroup implements AutoCloseable {

    private static final Path ROOT = Path.of("/sys/fs/cgroup");
    private static final boolean SECOND = Files.exists(ROOT.resolve("cgroup.controllers"));
    private static final int PERIOD_MICROS = 100_000;

    private final Path folder;

    private ControlGroup(Path folder) {
        this.folder = folder;
    }

    /** Makes one with {@code percent} of a processor, or returns nothing where this machine does not let us. */
    public static Optional<ControlGroup> ofCpu(int percent) {
        int micros = PERIOD_MICROS / 100 * percent;
        return SECOND
                ? of("cpu", "cpu.max", micros + " " + PERIOD_MICROS)
                : of("cpu", "cpu.cfs_quota_us", Integer.toString(micros));
    }

    /** Makes one with so much memory, whose processes are killed beyond it, or returns nothing where this machine does not let us. */
    public static Optional<ControlGroup> ofMemory(long bytes) {
        return of("memory", SECOND ? "memory.max" : "memory.limit_in_bytes", Long.toString(bytes));
    }

    private static Optional<ControlGroup> of(String controller, String limit, String value) {
        Path parent = SECOND ? ROOT : ROOT.resolve(controller);
        Path folder = parent.resolve(
                "banyan-test-" + controller + "-" + ProcessHandle.current().pid() + "-" + System.nanoTime());
        try {
            Files.createDirectory(folder);
        } catch (IOException e) {
            return none(controller, e);
        }
        try {
            if (SECOND && !Files.exists(folder.resolve(limit))) {
                Files.writeString(parent.resolve("cgroup.subtree_control"), "+" + controller);
            }
            Files.writeString(folder.resolve(limit), value);
            return Optional.of(new ControlGroup(folder));
        } catch (IOException e) {
            remove(folder);
            return none(controller, e);
        }
    }

    private static Optional<ControlGroup> none(String controller, IOException why) {
        if (List.of(System.getenv().getOrDefault("BANYAN_REQUIRE", "").split(",", -1))
                .contains("cgroup")) {
            throw new AssertionError("no control group of our own here, and BANYAN_REQUIRE asks for it", why);
        }
        System.out.println(
                "no control group of our own here, and so no limit of " + controller + " but the JVM's: " + why);
        return Optional.empty();
    }

    /** Moves a process into it, with all of its threads. */
    public void take(long pid) throws IOException {
        Files.writeString(folder.resolve("cgroup.procs"), Long.toString(pid));
    }

    /** Returns what must stand before a command, so that it runs in this group. */
    public List<String> prefix() {
        return List.of("sh", "-c", "echo $$ > \"$0\"/cgroup.procs && exec \"$@\"", folder.toString());
    }

    /** How many of its processes the system has killed for want of memory. */
    public long killed() throws IOException {
        try (var lines = Files.lines(folder.resolve(SECOND ? "memory.events" : "memory.oom_control"))) {
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
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
        }
    }
}
