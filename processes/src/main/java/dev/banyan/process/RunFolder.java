package dev.banyan.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;

/** The folder of one run: logs, the copied rules, what the servers keep, the ids of its processes, the report. */
public record RunFolder(Path path) {

    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneId.systemDefault());

    /** Makes a new folder below {@code runs}, named for the time {@code now}. */
    public static RunFolder create(Path runs, Instant now) {
        try {
            Files.createDirectories(runs);
            for (int attempt = 1; ; attempt++) {
                var name = NAME.format(now) + (attempt == 1 ? "" : "-" + attempt);
                try {
                    return at(Files.createDirectory(runs.resolve(name)));
                } catch (FileAlreadyExistsException e) {
                    if (attempt == 100) {
                        throw e; // a hundred runs in one second are a mistake
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(runs + ": no run folder can be made there: " + e, e);
        }
    }

    /** Uses {@code path}, which is made when it does not exist. */
    public static RunFolder at(Path path) {
        try {
            Files.createDirectories(path.resolve("logs"));
            return new RunFolder(path.toRealPath());
        } catch (IOException e) {
            throw new UncheckedIOException("making the run folder " + path, e);
        }
    }

    /** Returns the file that takes the output of {@code process}. */
    public Path log(String process) {
        return path.resolve("logs").resolve(process + ".log");
    }

    /** Returns the folder {@code name} in this one, made when it does not exist. */
    public Path folder(String name) {
        try {
            return Files.createDirectories(path.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException("making " + name + " in " + path, e);
        }
    }

    /** Returns the file in which the ids of the running processes stand. */
    public Path processIds() {
        return path.resolve("pids");
    }

    /** Deletes the folder {@code name} in this one and all it holds. */
    public void delete(String name) {
        var folder = path.resolve(name);
        if (!Files.exists(folder)) {
            return;
        }
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("deleting " + folder, e);
        }
    }
}
