package dev.banyan.gateway.live;

import dev.banyan.rules.Backend;
import dev.banyan.rules.RuleSet;
import dev.banyan.rules.RulesException;
import dev.banyan.rules.RulesFolder;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A copy of the rules that were last in force, and of the certificates they name, kept in the run folder for a start that meets
 * rules it cannot use. It belongs to one source of rules, and is not used for another. Lies in {@code last-good-rules/HASH/}; the file {@code
 * last-good-rules.properties} says which copy is the whole one.
 */
final class LastGoodRules {

    private static final Logger LOG = LoggerFactory.getLogger(LastGoodRules.class);

    /** A copy that can be used: its rules, when they came into force, and where their files are. */
    record Copy(RuleSet rules, Instant since, Path folder) {}

    private final Path rulesFolder;
    private final String source;
    private final Path copies;
    private final Path pointer;

    /** @param source says where the files of the folder come from */
    LastGoodRules(Path runFolder, Path rulesFolder, String source) {
        this.rulesFolder = rulesFolder;
        this.source = source;
        this.copies = runFolder.resolve("last-good-rules");
        this.pointer = runFolder.resolve("last-good-rules.properties");
    }

    /**
     * Keeps the files of the rules folder, if they still are {@code rules}; a folder that has changed meanwhile is kept when it
     * comes into force. A failure is logged and changes nothing: the gateway serves without a copy.
     */
    void keep(RuleSet rules, Instant since) {
        Path copy = copies.resolve(rules.hash());
        try {
            Files.createDirectories(copies);
            Path draft = Files.createTempDirectory(copies, "draft");
            copyFiles(rulesFolder, draft);
            copyCertificates(rules, draft);
            if (!RulesFolder.read(draft).equals(rules)) {
                delete(draft);
                return;
            }
            delete(copy);
            Files.move(draft, copy, StandardCopyOption.ATOMIC_MOVE);
            point(rules.hash(), since);
            deleteOthers(copy);
        } catch (IOException | RulesException e) {
            LOG.warn("cannot keep a copy of the rules in {}: {}", copies, e.getMessage());
        }
    }

    /** Returns the copy kept for this source, if there is one that can be read. */
    Optional<Copy> find() {
        if (!Files.isRegularFile(pointer)) {
            return Optional.empty();
        }
        var known = new Properties();
        try (var in = Files.newBufferedReader(pointer)) {
            known.load(in);
            String hash = known.getProperty("hash", "");
            if (!known.getProperty("source", "").equals(source) || !hash.matches("[0-9a-f]+")) {
                return Optional.empty();
            }
            Path copy = copies.resolve(hash);
            return Optional.of(new Copy(RulesFolder.read(copy), Instant.parse(known.getProperty("since", "")), copy));
        } catch (IOException | RulesException | IllegalArgumentException | java.time.DateTimeException e) {
            LOG.warn("the copy of the last good rules in {} cannot be used: {}", copies, e.getMessage());
            return Optional.empty();
        }
    }

    private void point(String hash, Instant since) throws IOException {
        var now = new Properties();
        now.setProperty("source", source);
        now.setProperty("hash", hash);
        now.setProperty("since", since.toString());
        Path draft = Files.createTempFile(copies, "pointer", ".tmp");
        try (var out = Files.newBufferedWriter(draft)) {
            now.store(out, "the rules that were last in force");
        }
        Files.move(draft, pointer, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
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

    private void deleteOthers(Path kept) throws IOException {
        try (DirectoryStream<Path> all = Files.newDirectoryStream(copies)) {
            for (Path each : all) {
                if (!each.equals(kept)) {
                    delete(each);
                }
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(each);
                }
            }
        }
    }
}
