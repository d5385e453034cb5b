package dev.banyan.bench.measure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Cores of this machine by number, to which {@code taskset} (util-linux) binds processes. */
public record Cores(List<Integer> numbers) {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String ALLOWED = "Cpus_allowed_list:";

    public Cores {
        numbers = List.copyOf(numbers);
    }

    /** Returns those that this process may use now. */
    public static Cores ofThisProcess() {
        try (var lines = Files.lines(STATUS)) {
            return lines.filter(line -> line.startsWith(ALLOWED))
                    .findFirst()
                    .map(line -> parse(line.substring(ALLOWED.length()).trim()))
                    .orElseThrow(() -> new IllegalStateException("no " + ALLOWED + " in " + STATUS));
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + STATUS, e);
        }
    }

    /** Reads a list as the kernel writes it: {@code 0-3,8}. */
    static Cores parse(String list) {
        return new Cores(Stream.of(list.split(",", -1))
                .flatMapToInt(range -> {
                    var ends = range.split("-", -1);
                    return IntStream.rangeClosed(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]));
                })
                .boxed()
                .toList());
    }

    /** Returns the first one alone. */
    public Cores first() {
        return new Cores(numbers.subList(0, 1));
    }

    /** Returns all but the first. */
    public Cores rest() {
        return new Cores(numbers.subList(1, numbers.size()));
    }

    /** Returns what to put before a command so that it and all it starts have these cores only. */
    public List<String> before() {
        return List.of("taskset", "-c", toString());
    }

    /** Returns whether processes can be bound here: not every machine has {@code taskset}. */
    public static boolean canBind() {
        return canBind(Objects.requireNonNullElse(System.getenv("PATH"), ""));
    }

    static boolean canBind(String path) {
        return Stream.of(path.split(":", -1)).anyMatch(folder -> Files.isExecutable(Path.of(folder, "taskset")));
    }

    /** Binds all threads of {@code tree}; those that they start later are bound, too. */
    public void bind(ProcessTree tree) throws InterruptedException {
        for (var pid : tree.pids()) {
            try {
                var process = new ProcessBuilder("taskset", "-a", "-p", "-c", toString(), Long.toString(pid))
                        .redirectErrorStream(true)
                        .start();
                process.getOutputStream().close();
                var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                if (process.waitFor() != 0) {
                    throw new IllegalStateException("binding process " + pid + " to cores " + this + ": " + said);
                }
            } catch (IOException e) {
                throw new UncheckedIOException("running taskset", e);
            }
        }
    }

    @Override
    public String toString() {
        return numbers.stream().map(String::valueOf).collect(Collectors.joining(","));
    }
}
