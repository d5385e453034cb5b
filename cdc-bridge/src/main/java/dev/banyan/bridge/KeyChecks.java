package dev.banyan.bridge;

import dev.banyan.bridge.config.BridgeConfig;
import dev.banyan.bridge.config.BridgeConfig.KeySource;
import dev.banyan.bridge.doctor.Finding;
import dev.banyan.bridge.secret.Keyset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the doctor finds out about keys; never a key itself. */
final class KeyChecks {

    private KeyChecks() {}

    /** Why the mapping's columns cannot be redacted, with what mends it. */
    static Finding failed(String message) {
        if (message.startsWith("keys.deterministic")) {
            return Finding.fail(
                    "keys.deterministic",
                    message,
                    "banyan bridge keys create equal.keys --deterministic   -- and keys: {deterministic: {file: equal.keys}}");
        }
        if (message.startsWith("keys.encrypt")) {
            return Finding.fail(
                    "keys.encrypt",
                    message,
                    "banyan bridge keys create encrypt.keys   -- and keys: {encrypt: {file: encrypt.keys}}");
        }
        return Finding.fail(
                "hashKeyFile",
                message,
                "head -c 32 /dev/urandom > hash.key && chmod 600 hash.key   -- and hashKeyFile: hash.key");
    }

    /** Which keys encrypt, and which files anybody can read. The keys have been read without a problem before. */
    static List<Finding> of(BridgeConfig config) {
        var findings = new ArrayList<Finding>();
        try {
            var sources = KeySources.of(config);
            keyset("keys.encrypt", sources.encrypt(), findings);
            keyset("keys.deterministic", sources.deterministic(), findings);
            for (var file : files(config)) {
                if (isOpen(file)) {
                    findings.add(Finding.warn("key file", file + ": others can read it", "chmod 600 " + file));
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            findings.add(failed(String.valueOf(e.getMessage())));
        }
        return findings;
    }

    private static void keyset(String name, @Nullable Keyset keyset, List<Finding> findings) {
        if (keyset == null) {
            return;
        }
        var ids = keyset.keys().stream()
                .map(key -> key.encrypts() ? key.id() + " encrypts" : key.id() + " decrypts")
                .toList();
        findings.add(Finding.ok(name, keyset.kind().algorithm() + ": " + String.join(", ", ids)));
    }

    private static List<Path> files(BridgeConfig config) {
        var named = Stream.of(config.encryptKeys(), config.deterministicKeys())
                .filter(source -> source instanceof KeySource.InFile)
                .map(source -> ((KeySource.InFile) source).file());
        return Stream.concat(Stream.of(config.hashKeyFile(), config.faultKeyFile()), named)
                .filter(file -> file != null && Files.exists(file))
                .toList();
    }

    private static boolean isOpen(Path file) throws IOException {
        if (!Files.getFileStore(file).supportsFileAttributeView("posix")) {
            return false;
        }
        var permissions = Files.getPosixFilePermissions(file);
        return permissions.contains(PosixFilePermission.OTHERS_READ)
                || permissions.contains(PosixFilePermission.GROUP_READ);
    }
}
