package dev.banyan.bridge;

import dev.banyan.bridge.change.Tokens;
import dev.banyan.bridge.config.ConfigException;
import dev.banyan.bridge.mapping.FieldCipher;
import dev.banyan.bridge.mapping.MappingException;
import dev.banyan.bridge.mapping.Secrets;
import dev.banyan.bridge.secret.VaultKeys;
import dev.banyan.bridge.store.BridgeStore;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code banyan bridge reveal}: the value behind a token or an encrypted text, for who has the keys. */
@Command(
        name = "reveal",
        mixinStandardHelpOptions = true,
        description = {
            "Prints the value behind each token (tok_...) or encrypted text (enc:...), one a line, in their order.",
            "Needs the keys that the configuration names; for tokens also the store, which with H2 is free when the bridge is stopped.",
            "Exit codes: 0 all found, 1 not, 2 wrong usage."
        })
final class RevealCommand implements Callable<Integer> {

    @CommandLine.Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private ConfigOption files;

    @Parameters(arity = "1..*", paramLabel = "VALUE", description = "tokens and encrypted texts, as events have them")
    private List<String> sealed = List.of();

    @Override
    public Integer call() throws ConfigException, MappingException, IOException {
        var setup = Setup.read(files.config);
        var secrets = KeySources.of(setup.config()).secrets();
        var missing = 0;
        for (var each : sealed) {
            var value = each.startsWith(Tokens.PREFIX) ? ofToken(setup, secrets, each) : ofText(setup, secrets, each);
            if (value == null) {
                missing++;
                System.err.println(
                        each + ": not known (expected: a token of this store or a text encrypted for a column of"
                                + " this mapping, and its key)");
            } else {
                System.out.println(value);
            }
        }
        return missing == 0 ? 0 : 1;
    }

    private static @Nullable String ofToken(Setup setup, Secrets secrets, String token) throws IOException {
        var vault = VaultKeys.of(secrets);
        if (vault.isEmpty()) {
            throw new IllegalArgumentException("token vault: no keys (expected: hashKeyFile and keys.encrypt)");
        }
        try (var store =
                BridgeStore.open(setup.store(), setup.config().name(), "reveal", Setup.LEASE, InstantSource.system())) {
            return store.token(token)
                    .map(found -> vault.get().open(token, found.text()))
                    .orElse(null);
        }
    }

    /** A text says by which key it was encrypted, not for which column: every column of the mapping is tried. */
    private static @Nullable String ofText(Setup setup, Secrets secrets, String text) {
        List<FieldCipher> ciphers = Stream.of(secrets.cipher(), secrets.equalCipher())
                .filter(Objects::nonNull)
                .map(Objects::requireNonNull)
                .toList();
        var columns = new ArrayList<String>();
        for (var table : setup.mapping().tables()) {
            table.redactions().keySet().forEach(column -> columns.add(table.table() + "." + column));
        }
        for (var column : columns) {
            for (var cipher : ciphers) {
                var value = cipher.decrypt(text, column);
                if (value != null) {
                    return value;
                }
            }
        }
        return null;
    }
}
