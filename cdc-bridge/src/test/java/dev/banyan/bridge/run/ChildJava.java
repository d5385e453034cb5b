package dev.banyan.bridge.run;

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
     * The first child that ends in order leaves an archive of its classes behind, from which later ones start in half the time. Such an archive
     * wants a class path of jars alone, which the test JVMs that run at once share: who comes first packs them. The JVM refuses an archive of
     * other jars, but leaves it there: it goes when the jars are made.
     */
    private static final Path ARCHIVE = Path.of("target/children/classes.jsa").toAbsolutePath();

    private static final String CLASS_PATH = jars();

    private ChildJava() {}

    /** The command without the class; {@code options} of the JVM come after its own. */
    static List<String> command(String... options) {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-XX:+AutoCreateSharedArchive",
                "-XX:SharedArchiveFile=" + ARCHIVE));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", CLASS_PATH));
        return command;
    }

    private static String jars() {
        var entries = List.of(System.getProperty("java.class.path").split(":", -1));
        return entries.stream()
                .filter(entry -> !entry.isEmpty()) // which would be the working directory
                .map(entry -> Files.isDirectory(Path.of(entry))
                        ? jar(Path.of(entry), ARCHIVE.resolveSibling("classes" + entries.indexOf(entry) + ".jar"))
                        : entry)
                .collect(Collectors.joining(":"));
    }

    private static String jar(Path classes, Path jar) {
        try {
            Files.createDirectories(jar.getParent());
            try (var lock =
                    FileChannel.open(jar.resolveSibling("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                lock.lock(); // until it is closed
                if (hasNewer(classes, jar.toFile().lastModified())) {
                    pack(classes, jar);
                    Files.deleteIfExists(ARCHIVE);
                }
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
