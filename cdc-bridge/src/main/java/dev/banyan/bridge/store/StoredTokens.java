package dev.banyan.bridge.store;

import dev.banyan.bridge.change.Tokens;
import dev.banyan.bridge.secret.VaultKeys;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The token vault as one session uses it. New tokens are held until {@link #keep}; one thread uses it. */
final class StoredTokens implements Tokens {

    /*
     * A token must be durable before an event that has it is sent, or a crash in between would give the value another one. So it does not
     * wait for the position, as images do. A value that somebody else has given a token meanwhile violates the table's key, and everything
     * mapped since is thrown away with the session.
     *
     * A value that comes again is sealed anew when another key encrypts by now, or dropping the old key would take the values of all
     * tokens of before away. The value is at hand, so this works even where the old key is gone already.
     */
    private static final int CACHED_MAX = 100_000;

    private static final int TOKEN_BYTES = 16;

    private record Key(String vault, String fingerprint) {}

    private final Connection connection;
    private final BiConsumer<List<TokenRows.New>, List<TokenRows.New>> keeping;
    private final @Nullable VaultKeys keys;
    private final SecureRandom random = new SecureRandom();
    private final Map<Key, TokenRows.New> unwritten = new HashMap<>();
    private final Map<Key, TokenRows.New> sealedAnew = new HashMap<>();
    private final Map<Key, String> known = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, String> eldest) {
            return size() > CACHED_MAX;
        }
    };

    /**
     * {@code keeping} makes new tokens, and the values of others that were sealed anew, durable at once, whatever becomes of
     * {@code connection}'s transaction.
     */
    StoredTokens(
            Connection connection,
            BiConsumer<List<TokenRows.New>, List<TokenRows.New>> keeping,
            @Nullable VaultKeys keys) {
        this.connection = connection;
        this.keeping = keeping;
        this.keys = keys;
    }

    @Override
    public String of(String vault, String value) {
        if (keys == null) {
            throw new StoreUnusable("token vault: no keys (expected: hashKeyFile and keys.encrypt)");
        }
        var key = new Key(vault, keys.fingerprint(vault, value));
        var fresh = unwritten.get(key);
        if (fresh != null) {
            return fresh.token();
        }
        var token = known.get(key);
        if (token == null) {
            token = stored(keys, key, value);
        }
        if (token == null) {
            token = made();
            unwritten.put(key, new TokenRows.New(vault, key.fingerprint, token, keys.seal(token, value)));
        } else {
            known.put(key, token);
        }
        return token;
    }

    private @Nullable String stored(VaultKeys keys, Key key, String value) {
        TokenRows.New found;
        try {
            found = TokenRows.find(connection, key.vault, key.fingerprint);
        } catch (SQLException e) {
            throw new StoreFailed("looking a token up", e);
        }
        if (found == null) {
            return null;
        }
        if (!keys.isCurrent(found.sealed())) {
            var sealed = keys.seal(found.token(), value);
            sealedAnew.put(key, new TokenRows.New(key.vault, key.fingerprint, found.token(), sealed));
        }
        return found.token();
    }

    private String made() {
        var bytes = new byte[TOKEN_BYTES];
        random.nextBytes(bytes);
        return PREFIX + HexFormat.of().formatHex(bytes);
    }

    /** Makes what was made or sealed anew since the last time durable. */
    void keep() {
        if (unwritten.isEmpty() && sealedAnew.isEmpty()) {
            return;
        }
        keeping.accept(List.copyOf(unwritten.values()), List.copyOf(sealedAnew.values()));
        unwritten.forEach((key, made) -> known.put(key, made.token()));
        unwritten.clear();
        sealedAnew.clear();
    }
}
