package dev.banyan.bench.measure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/** The machine that all of it runs on. */
public record Machine(int cores, long memoryMb, String processor, String system, String java) {

    /** Returns this machine. */
    public static Machine here() {
        return new Machine(
                Runtime.getRuntime().availableProcessors(),
                Long.parseLong(value("/proc/meminfo", "MemTotal").replaceAll("\\D", "")) / 1024,
                value("/proc/cpuinfo", "model name"),
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"),
                Runtime.version().toString());
    }

    /** Returns the processor time that everything on the machine took so far, in nanoseconds; all cores together. */
    public static long busyNanos() {
        // cpu user nice system idle iowait irq softirq steal ...: the guest columns are part of user already
        var fields = line("/proc/stat", "cpu ").trim().split(" +", -1);
        var ticks = Arrays.stream(fields)
                .skip(1)
                .limit(8)
                .mapToLong(Long::parseLong)
                .toArray();
        return (Arrays.stream(ticks).sum() - ticks[3] - ticks[4]) * ProcessTree.TICK_NANOS;
    }

    /** Returns how many processes wanted a core, averaged over the last minute. */
    public static double loadAverage() {
        return Double.parseDouble(read("/proc/loadavg").split(" ", -1)[0]);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "%d cores (%s), %d MB, %s, Java %s", cores, processor, memoryMb, system, java);
    }

    private static String value(String file, String key) {
        var line = line(file, key);
        return line.substring(line.indexOf(':') + 1).trim();
    }

    private static String line(String file, String start) {
        return read(file)
                .lines()
                .filter(line -> line.startsWith(start))
                .findFirst()
                .orElse(start + ": 0");
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + file, e);
        }
    }
}
