package dev.banyan.cli.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.regex.Pattern;

/** Edits a rules file as a person's editor does: the whole file is replaced in one step, comments and all. */
final class RulesEdit {

    private final Path file;

    RulesEdit(Path file) {
        this.file = file;
    }

    /** Copies the {@code *.yaml} of a rules folder to {@code to}, where they can be edited. */
    static void copy(Path from, Path to) {
        try (var files = Files.newDirectoryStream(from, "*.yaml")) {
            for (var source : files) {
                Files.copy(source, to.resolve(source.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("copying the rules in " + from, e);
        }
    }

    /** Changes the weight of {@code route} to {@code weight}, {@code 10%} for instance; the text need not make sense. */
    void weight(String route, String weight) {
        save(withWeight(text(), route, weight));
    }

    /** Returns {@code text} with another weight in the entry of {@code route}. */
    static String withWeight(String text, String route, String weight) {
        var pattern = Pattern.compile(
                "(?ms)(^\\s*- name: " + Pattern.quote(route) + "$(?:(?!^\\s*- name: ).)*?^\\s*weight: )(\\S+)");
        var found = pattern.matcher(text);
        if (!found.find()) {
            throw new IllegalArgumentException("route: " + route + " (expected: one with a weight in the file)");
        }
        return text.substring(0, found.start(2)) + weight + text.substring(found.end(2));
    }

    /** Takes {@code stage: off} away from {@code route}, so that its steps begin. */
    void begin(String route) {
        save(withoutStage(text(), route));
    }

    /** Returns {@code text} without a stage in the entry of {@code route}. */
    static String withoutStage(String text, String route) {
        var pattern = Pattern.compile(
                "(?ms)(^\\s*- name: " + Pattern.quote(route) + "$(?:(?!^\\s*- name: ).)*?)^\\s*stage: \\S+\\n");
        var found = pattern.matcher(text);
        if (!found.find()) {
            throw new IllegalArgumentException("route: " + route + " (expected: one with a stage in the file)");
        }
        return text.substring(0, found.end(1)) + text.substring(found.end());
    }

    /** Returns what stands in the file. */
    String text() {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + file, e);
        }
    }

    /** Returns when the file was saved. */
    FileTime saved() {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            throw new UncheckedIOException("looking at " + file, e);
        }
    }

    /** Replaces the file; the gateway sees the old text or the new one, never half of it. */
    void save(String text) {
        var draft = file.resolveSibling("." + file.getFileName() + ".draft"); // does not end in .yaml: not a rule file
        try {
            Files.writeString(draft, text);
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("saving " + file, e);
        }
    }
}
