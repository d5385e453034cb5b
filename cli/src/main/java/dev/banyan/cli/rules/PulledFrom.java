package dev.banyan.cli.rules;

import dev.banyan.cli.toolkit.CommandFailed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which version of which store a folder of rules was made of, and which one a push of it replaces; kept in the file {@code .banyan-version} of the folder, so that a
 * push replaces only what the person who pushes has seen.
 */
record PulledFrom(String store, long base, long version) {

    private static final String FILE = ".banyan-version";

    static Optional<PulledFrom> of(Path folder) {
        var file = folder.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            List<String> lines = Files.readAllLines(file);
            return Optional.of(
                    new PulledFrom(lines.get(0), Long.parseLong(lines.get(1)), Long.parseLong(lines.get(2))));
        } catch (IOException | NumberFormatException | IndexOutOfBoundsException e) {
            throw new CommandFailed(
                    file + ": unreadable: " + e + " (expected: a store and two versions; or delete it)", e);
        }
    }

    void keepIn(Path folder) {
        try {
            var draft = folder.resolve(FILE + ".tmp");
            Files.writeString(draft, store + "\n" + base + "\n" + version + "\n");
            Files.move(
                    draft, folder.resolve(FILE), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new CommandFailed(folder.resolve(FILE) + ": not written: " + e, e);
        }
    }

    /** The rule files of a folder as they are, by name. */
    static Map<String, String> filesOf(Path folder) {
        var files = new TreeMap<String, String>();
        try (var all = Files.newDirectoryStream(folder, "*.yaml")) {
            for (Path each : all) {
                var name = each.getFileName().toString();
                if (!name.startsWith(".") && Files.isRegularFile(each)) {
                    files.put(name, Files.readString(each));
                }
            }
        } catch (IOException e) {
            throw new CommandFailed(folder + ": unreadable: " + e, e);
        }
        return files;
    }
}
