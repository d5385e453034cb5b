package dev.banyan.bridge;

import dev.banyan.bridge.config.BridgeConfig;
import dev.banyan.bridge.config.BridgeConfig.KeySource;
import dev.banyan.bridge.mapping.FieldCipher;
import dev.banyan.bridge.mapping.KeyedHash;
import dev.banyan.bridge.mapping.Secrets;
import dev.banyan.bridge.secret.Keyset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Reads the keys that a configuration names; {@code environment} gives the value of a variable, or null. */
record KeySources(BridgeConfig config, UnaryOperator<@Nullable String> environment) {

    static KeySources of(BridgeConfig config) {
        return new KeySources(config, System::getenv);
    }

    /** All keys there are; what is wrong with one is an {@link IllegalArgumentException} or {@link IOException} that names it. */
    Secrets secrets() throws IOException {
        return new Secrets(hash(), cipher(encrypt()), cipher(deterministic()));
    }

    private @Nullable KeyedHash hash() throws IOException {
        var file = config.hashKeyFile();
        return file == null ? null : new KeyedHash(Files.readAllBytes(file));
    }

    @Nullable
    Keyset encrypt() throws IOException {
        return keyset("keys.encrypt", config.encryptKeys(), Keyset.Kind.RANDOM);
    }

    @Nullable
    Keyset deterministic() throws IOException {
        return keyset("keys.deterministic", config.deterministicKeys(), Keyset.Kind.DETERMINISTIC);
    }

    private @Nullable Keyset keyset(String name, @Nullable KeySource source, Keyset.Kind kind) throws IOException {
        if (source == null) {
            return null;
        }
        var keyset =
                switch (source) {
                    case KeySource.InFile(var file) -> Keyset.parse(text(name, file), name + ": " + file);
                    case KeySource.InEnvironment(var variable) ->
                        Keyset.parse(text(name, variable), name + ": $" + variable);
                };
        if (keyset.kind() != kind) {
            throw new IllegalArgumentException(
                    name + ": keys for " + keyset.kind().algorithm() + " (expected: " + kind.algorithm() + ")");
        }
        return keyset;
    }

    private static String text(String name, Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException(
                    name + ": " + file + " is not there (expected: a keyset, as `banyan bridge keys create` makes it)");
        }
        return Files.readString(file);
    }

    private String text(String name, String variable) {
        var text = environment.apply(variable);
        if (text == null || text.isEmpty()) {
            throw new IllegalArgumentException(
                    name + ": $" + variable + " is not set (expected: the text of a keyset)");
        }
        return text;
    }

    private static @Nullable FieldCipher cipher(@Nullable Keyset keyset) {
        return keyset == null ? null : keyset.cipher();
    }
}
