package dev.banyan.gateway.live;

import dev.banyan.rules.Backend;
import dev.banyan.rules.RuleSet;
import dev.banyan.rules.RulesException;
import dev.banyan.rules.RulesFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A copy of the rules that were last in force, and of the certificates they name, kept in the run folder for a start that meets
 * rules it cannot use. It belongs to one source of rules, and is not used for another. Lies in a folder of {@code last-good-rules};
 * the file {@code last-good-rules.properties} says which folder is the whole one.
 */
final class LastGoodRules {

    /*
     * A copy is whole before the pointer names it, and only then the others go, so that a kill leaves the one or the other. Each step is forced to the
     * disk before the next, so that a power cut does too: without that a file system may keep a rename and lose what was written before it.
     */
    private static final Logger LOG = LoggerFactory.getLogger(LastGoodRules.class);

    /** A copy that can be used: its rules, when they came into force, and where their files are. */
    record Copy(RuleSet rules, Instant since, Path folder) {}

    private final Path runFolder;
    private final Path rulesFolder;
    private final String source;
    private final Path copies;
    private final Path pointer;
    private boolean failing;

    /** A copy that is whole, but not on the disk for sure, and that the pointer does not name yet. */
    private @Nullable Copied begun;

    private record Copied(Path folder, Instant since) {}

    /** @param source says where the files of the folder come from */
    LastGoodRules(Path runFolder, Path rulesFolder, String source) {
        this.runFolder = runFolder;
        this.rulesFolder = rulesFolder;
        this.source = source;
        this.copies = runFolder.resolve("last-good-rules");
        this.pointer = runFolder.resolve("last-good-rules.properties");
    }

    /**
     * Keeps the files of the rules folder, if they still are {@code rules}; a folder that has changed meanwhile is kept when it
     * comes into force. Rules that were read from no file have no copy. Returns whether that worked: a failure is logged once, and the gateway serves on
     * with the copy before.
     */
    boolean keep(RuleSet rules, Instant since) {
        return begin(rules, since) && finish();
    }

    /** Does the part of {@link #keep} that waits for no disk; {@link #finish} does the other one. */
    boolean begin(RuleSet rules, Instant since) {
        begun = null;
        return tried(() -> {
            if (!rules.isRead()) {
                forget();
                return;
            }
            Files.createDirectories(copies);
            try {
                Path copy = Files.createTempDirectory(copies, rules.hash() + "-");
                copyFiles(rulesFolder, copy);
                copyCertificates(rules, copy);
                if (rules.isOf(copy) || RulesFolder.read(copy).equals(rules)) {
                    begun = new Copied(copy, since);
                }
            } finally {
                if (begun == null) {
                    deleteOthers(known().getProperty("copy", ""));
                }
            }
        });
    }

    /** Whether a copy was begun that is to be finished. */
    boolean isBegun() {
        return begun != null;
    }

    /** Has the disk keep the copy that was begun, if one was, and names it. */
    boolean finish() {
        Copied copy = begun;
        begun = null;
        return copy == null
                || tried(() -> {
                    try {
                        forceAll(copy.folder);
                        point(copy.folder, copy.since);
                    } finally {
                        deleteOthers(known().getProperty("copy", ""));
                    }
                });
    }

    private interface Step {
        void run() throws IOException, RulesException;
    }

    private boolean tried(Step step) {
        try {
            step.run();
            failing = false;
            return true;
        } catch (IOException | UncheckedIOException | DirectoryIteratorException | RulesException e) {
            if (!failing) {
                LOG.warn("cannot keep a copy of the rules in {}: {}", copies, e.getMessage());
            }
            failing = true;
            return false;
        }
    }

    /** Those before are not the last that were in force any more. */
    private void forget() throws IOException {
        if (Files.deleteIfExists(pointer)) {
            deleteOthers("");
        }
    }

    /** Returns the copy kept for this source, if there is one that can be read. */
    Optional<Copy> find() {
        try {
            Properties known = known();
            String name = known.getProperty("copy", "");
            if (!known.getProperty("source", "").equals(source) || !name.matches("[0-9a-f]+-[0-9]+")) {
                return Optional.empty();
            }
            Path copy = copies.resolve(name);
            return Optional.of(new Copy(RulesFolder.read(copy), Instant.parse(known.getProperty("since", "")), copy));
        } catch (IOException | RulesException | IllegalArgumentException | java.time.DateTimeException e) {
            LOG.warn("the copy of the last good rules in {} cannot be used: {}", copies, e.getMessage());
            return Optional.empty();
        }
    }

    /** What the file says of the copy; nothing when there is none. */
    private Properties known() throws IOException {
        var known = new Properties();
        if (Files.isRegularFile(pointer)) {
            try (var in = Files.newBufferedReader(pointer)) {
                known.load(in);
            }
        }
        return known;
    }

    private void point(Path copy, Instant since) throws IOException {
        var now = new Properties();
        now.setProperty("source", source);
        now.setProperty("copy", copy.getFileName().toString());
        now.setProperty("since", since.toString());
        Path draft = Files.createTempFile(copies, "pointer", ".tmp");
        try (var out = Files.newBufferedWriter(draft)) {
            now.store(out, "the rules that were last in force");
        }
        force(draft);
        Files.move(draft, pointer, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        force(runFolder);
    }

    private void forceAll(Path copy) throws IOException {
        try (Stream<Path> all = Files.walk(copy)) {
            for (Path each : all.toList()) {
                force(each);
            }
        }
        force(copies);
    }

    /** Has the disk keep a file, or what a folder says of its files. */
    private static void force(Path path) throws IOException {
        try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static void copyFiles(Path from, Path to) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(from, "*.yaml")) {
            for (Path file : files) {
                if (Files.isRegularFile(file) && !file.getFileName().toString().startsWith(".")) {
                    Files.copy(file, to.resolve(file.getFileName()));
                }
            }
        }
    }

    private void copyCertificates(RuleSet rules, Path to) throws IOException {
        for (Backend backend : rules.backends()) {
            String ca = backend.tls() == null ? null : backend.tls().ca();
            if (ca != null) {
                Path copy = to.resolve(ca);
                Files.createDirectories(copy.getParent());
                Files.copy(rulesFolder.resolve(ca), copy, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private void deleteOthers(String kept) throws IOException {
        try (DirectoryStream<Path> all = Files.newDirectoryStream(copies)) {
            for (Path each : all) {
                if (!each.getFileName().toString().equals(kept)) {
                    delete(each);
                }
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
