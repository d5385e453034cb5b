package dev.banyan.cli.rules;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.banyan.cli.toolkit.CommandFailed;
import dev.banyan.rules.RulesFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** A folder of rules that is started: one rule file and the schema for editors beside it. */
final class RulesDir {

    private static final String SCHEMA = "routing-rules.schema.json";
    private static final String TESTS_SCHEMA = "rule-tests.schema.json";

    private RulesDir() {}

    /** Fails when there are rules in the folder. */
    static void refuseToOverwrite(Path folder) {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (var files = Files.newDirectoryStream(folder, "{*.yaml," + SCHEMA + "}")) {
            for (var there : files) {
                throw new CommandFailed(there + ": there already (expected: a folder without rules)");
            }
        } catch (IOException e) {
            throw new CommandFailed(folder + ": unreadable: " + e, e);
        }
    }

    /** Writes both files and returns the one with the rules. */
    static Path create(Path folder, String rules) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new CommandFailed(folder + ": not created: " + e, e);
        }
        TextFile.create(folder.resolve(SCHEMA), schema(SCHEMA));
        var file = folder.resolve("rules.yaml");
        TextFile.create(file, rules);
        return file;
    }

    /** Writes a first file of rule tests and their schema into {@code tests} below the folder, and returns that file. */
    static Path createTests(Path folder, String tests) {
        var below = folder.resolve("tests");
        var file = below.resolve("first.yaml");
        if (Files.exists(below)) {
            return below; // somebody's own: they stay as they are
        }
        try {
            Files.createDirectory(below);
        } catch (IOException e) {
            throw new CommandFailed(below + ": not created: " + e, e);
        }
        TextFile.create(below.resolve(TESTS_SCHEMA), schema(TESTS_SCHEMA));
        TextFile.create(file, tests);
        return file;
    }

    private static String schema(String name) {
        try (var in = RulesFolder.class.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(in).readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("the schema packed in the rules' jar", e);
        }
    }
}
