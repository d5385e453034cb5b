package dev.banyan.bench.peer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

/** A program that the machine may have. */
final class Program {

    private Program() {}

    /** Returns where {@code name} is: on the PATH, or where Debian keeps servers. */
    static Optional<Path> find(String name) {
        var path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        return Stream.concat(Arrays.stream(path.split(":", -1)), Stream.of("/usr/sbin", "/usr/local/sbin"))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Returns why {@code name} cannot be started and what would do, if it cannot. */
    static Optional<String> missing(String name, String debianPackage) {
        return find(name).isPresent()
                ? Optional.empty()
                : Optional.of("no " + name + " on the PATH (apt-get install " + debianPackage + ")");
    }

    /** Returns the first line that {@code name option} prints. */
    static String version(String name, String option) {
        try {
            var process = new ProcessBuilder(find(name).orElseThrow().toString(), option)
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .findFirst()
                    .orElse(name);
        } catch (IOException e) {
            throw new UncheckedIOException("running " + name + " " + option, e);
        }
    }
}
