package dev.banyan.gateway.faults;

import dev.banyan.gateway.Gateway;
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

/** The command that runs the gateway, or a class of its tests, in a JVM of its own that starts fast. */
public final class ChildJava {

    /*
     * A gateway that only starts leaves a cache of its classes behind (JEP 514), with which a start takes a third of the processor. Such a cache
     * wants a class path of jars alone, which the test JVMs that run at once share: who comes first makes them, and the cache. A JVM that
     * refuses a cache does without.
     */
    private static final Path FOLDER = Path.of("target/children").toAbsolutePath();

    private static final List<String> JVM = List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xlog:cds=off",
            "-Xlog:aot=off",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow");

    private static final List<String> COMMAND = prepare();

    private ChildJava() {}

    /** The command, to which the name of the class is still to be added; {@code options} of the JVM come after its own. */
    public static List<String> command(List<String> options) {
        var command = new ArrayList<>(COMMAND);
        command.addAll(options);
        return command;
    }

    /** The same. */
    public static List<String> command(String... options) {
        return command(List.of(options));
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
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
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

    private static void leave(Path cache, List<String> java) throws IOException, InterruptedException {
        var half = FOLDER.resolve("half.aot");
        Files.deleteIfExists(half);
        var command = new ArrayList<>(java);
        command.addAll(List.of("-XX:AOTCacheOutput=" + half, "-Dspring.context.exit=onRefresh"));
        command.addAll(List.of(Gateway.class.getName(), "--legacy", "http://127.0.0.1:1"));
        command.addAll(List.of(
                "--port",
                "0",
                "--admin-port",
                "0",
                "--run-dir",
                FOLDER.resolve("run").toString()));
        new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(FOLDER.resolve("output").toFile())
                .start()
                .waitFor();
        if (Files.exists(half)) {
            Files.move(half, cache, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private static String jars() throws IOException {
        var jars = new ArrayList<String>();
        for (var entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            if (entry.isEmpty()) {
                continue; // the working directory, which has no classes, and these jars
            }
            jars.add(
                    Files.isDirectory(Path.of(entry))
                            ? jar(Path.of(entry), FOLDER.resolve("classes" + jars.size() + ".jar"))
                            : entry);
        }
        return jars.stream().collect(Collectors.joining(File.pathSeparator));
    }

    private static String jar(Path classes, Path jar) throws IOException {
        try (var files = Files.walk(classes)) {
            var packed = jar.toFile().lastModified();
            if (files.anyMatch(file -> file.toFile().lastModified() > packed)) {
                pack(classes, jar);
            }
        }
        return jar.toString();
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
