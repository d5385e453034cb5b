package dev.banyan.bench.measure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** A process and all it had started when this was made, as one. */
public record ProcessTree(List<Long> pids) {

    /** The unit of processor times in {@code /proc}: 10 ms on every Linux (USER_HZ is part of its interface). */
    public static final long TICK_NANOS = 10_000_000;

    private static final Path PROC = Path.of("/proc");
    private static final long KIB = 1024;

    public ProcessTree {
        pids = List.copyOf(pids);
    }

    /** Returns the tree of {@code pid} as it is now. */
    public static ProcessTree of(long pid) {
        var below = ProcessHandle.of(pid).stream()
                .flatMap(ProcessHandle::descendants)
                .map(ProcessHandle::pid);
        return new ProcessTree(Stream.concat(Stream.of(pid), below).toList());
    }

    /** Returns this and {@code other} as one. */
    public ProcessTree and(ProcessTree other) {
        return new ProcessTree(Stream.concat(pids.stream(), other.pids.stream()).toList());
    }

    /** Returns this very process alone. */
    public static ProcessTree self() {
        return new ProcessTree(List.of(ProcessHandle.current().pid()));
    }

    /** Returns the processor time all of them took so far, in nanoseconds, to the nearest {@link #TICK_NANOS}. */
    public long cpuNanos() {
        return pids.stream().mapToLong(ProcessTree::cpuTicks).sum() * TICK_NANOS;
    }

    /** Returns the memory of theirs that is in RAM, in bytes; pages they share are counted twice. */
    public long residentBytes() {
        return pids.stream().mapToLong(ProcessTree::resident).sum();
    }

    /** Returns the JVM that has none below it: the one that serves, where a launcher stands above. */
    public OptionalLong jvm() {
        return pids.stream()
                .flatMap(pid -> ProcessHandle.of(pid).stream())
                .filter(ProcessTree::isJava)
                .filter(handle -> handle.descendants().noneMatch(ProcessTree::isJava))
                .mapToLong(ProcessHandle::pid)
                .findFirst();
    }

    /** Returns whether one of them has a file in its memory whose name ends with {@code end}. */
    public boolean maps(String end) {
        return pids.stream().anyMatch(pid -> read(pid, "maps").lines().anyMatch(line -> line.endsWith(end)));
    }

    private static boolean isJava(ProcessHandle handle) {
        return handle.info()
                .command()
                .filter(command -> command.endsWith("/java"))
                .isPresent();
    }

    private static long cpuTicks(long pid) {
        var stat = read(pid, "stat");
        if (stat.isEmpty()) {
            return 0;
        }
        // The name in brackets may hold anything, so count from its end: state is field 3, utime 14, stime 15.
        var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return Long.parseLong(fields[14 - 3]) + Long.parseLong(fields[15 - 3]);
    }

    private static long resident(long pid) {
        return read(pid, "status")
                .lines()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * KIB)
                .sum();
    }

    /** Returns the file's text, empty when the process is gone. */
    private static String read(long pid, String file) {
        try {
            return Files.readString(PROC.resolve(Long.toString(pid)).resolve(file));
        } catch (NoSuchFileException e) {
            return "";
        } catch (IOException e) {
            if (ProcessHandle.of(pid).isEmpty()) {
                return ""; // it went between opening and reading
            }
            throw new UncheckedIOException("reading " + file + " of process " + pid, e);
        }
    }
}
