package dev.banyan.bridge.run;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;

/** The command that runs a class of this test in a small JVM of its own that starts fast. */
final class ChildJava {

    /*
     * A rehearsal leaves a cache of the classes that bridges use (JEP 514). Such a cache wants a class path of jars alone, which the test JVMs
     * that run at once share: who comes first makes them, and the cache. A JVM that refuses a cache does without.
     */
    private static final Path FOLDER = Path.of("target/children").toAbsolutePath();

    private static final List<String> JVM = List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xlog:cds=off",
            "-Xlog:aot=off");

    private static final List<String> COMMAND = prepare();

    private ChildJava() {}

    /** The command without the class; {@code options} of the JVM come after its own. */
    static List<String> command(String... options) {
        var command = new ArrayList<>(COMMAND);
        command.addAll(List.of(options));
        return command;
    }

    private static List<String> prepare() {
        try {
            Files.createDirectories(FOLDER);
            try (var lock =
                    FileChannel.open(FOLDER.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                lock.lock(); // until it is closed
                var classPath = jars();
                var command = new ArrayList<>(JVM);
                command.addAll(List.of("-cp", classPath));
                var cache = cache(classPath);
                if (!Files.exists(cache)) {
                    leave(cache, command);
                }
                if (Files.exists(cache)) {
                    command.add("-XX:AOTCache=" + cache);
                }
                return List.copyOf(command);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("packing classes for children", e);
        }
    }

    /** The cache of these jars, as they are now, for this JVM. */
    private static Path cache(String classPath) {
        var content = new StringBuilder(System.getProperty("java.vm.version")).append(classPath);
        for (var jar : classPath.split(File.pathSeparator, -1)) {
            content.append(new File(jar).lastModified());
        }
        return FOLDER.resolve("classes-%08x.aot".formatted(content.toString().hashCode()));
    }

    private static void leave(Path cache, List<String> java) throws IOException {
        var half = FOLDER.resolve("half.aot");
        Files.deleteIfExists(half);
        var command = new ArrayList<>(java);
        command.add("-XX:AOTCacheOutput=" + half);
        try {
            Rehearsal.run(command, FOLDER.resolve("rehearsal"));
        } catch (Exception e) { // what conditions may throw
            throw new IllegalStateException("rehearsing bridges", e);
        }
        if (Files.exists(half)) {
            Files.move(half, cache, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private static String jars() {
        var entries = List.of(System.getProperty("java.class.path").split(File.pathSeparator, -1));
        return entries.stream()
                .filter(entry -> !entry.isEmpty()) // which would be the working directory
                .map(entry -> Files.isDirectory(Path.of(entry))
                        ? jar(Path.of(entry), FOLDER.resolve("classes" + entries.indexOf(entry) + ".jar"))
                        : entry)
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static String jar(Path classes, Path jar) {
        try {
            if (hasNewer(classes, jar.toFile().lastModified())) {
                pack(classes, jar);
            }
            return jar.toString();
        } catch (IOException e) {
            throw new UncheckedIOException("packing " + classes, e);
        }
    }

    private static boolean hasNewer(Path classes, long millis) throws IOException {
        try (var files = Files.walk(classes)) {
            return files.anyMatch(file -> file.toFile().lastModified() > millis);
        }
    }

    private static void pack(Path classes, Path jar) throws IOException {
        var half = jar.resolveSibling(jar.getFileName() + ".half");
        try (var out = new JarOutputStream(Files.newOutputStream(half));
                var files = Files.walk(classes)) {
            out.setLevel(0); // it is read more often than written
            for (var file : files.filter(each -> !each.equals(classes)).toList()) {
                var isFolder = Files.isDirectory(file); // Flyway looks for its migrations by their folder's entry
                out.putNextEntry(new ZipEntry(classes.relativize(file) + (isFolder ? "/" : "")));
                if (!isFolder) {
                    Files.copy(file, out);
                }
                out.closeEntry();
            }
        }
        Files.move(half, jar, StandardCopyOption.ATOMIC_MOVE);
    }
}
