package dev.banyan.bridge.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;

/** The command that runs a class of this test in a JVM of its own. */
final class ChildJava {

    private ChildJava() {}

    /** The class path of this test with jars alone, as a cache of classes wants it. */
    static String jars(Path folder) throws IOException {
        var jars = new ArrayList<String>();
        for (var entry : System.getProperty("java.class.path").split(":", -1)) {
            var path = Path.of(entry);
            jars.add(Files.isDirectory(path) ? jar(path, folder.resolve("classes" + jars.size() + ".jar")) : entry);
        }
        return String.join(":", jars);
    }

    /** A small JVM that starts fast. */
    static List<String> command(String classPath, String... options) {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC"));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", classPath));
        return command;
    }

    private static String jar(Path classes, Path jar) throws IOException {
        try (var out = new JarOutputStream(Files.newOutputStream(jar));
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
        return jar.toString();
    }
}
