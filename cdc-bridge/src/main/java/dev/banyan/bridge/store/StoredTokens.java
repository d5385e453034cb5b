package dev.banyan.bridge.store;

import dev.banyan.bridge.change.Tokens;
import dev.banyan.bridge.secret.VaultKeys;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The token vault as one session uses it. New tokens are held until {@link #keep}; one thread uses it. */
final class StoredTokens implements Tokens {

    /*
     * A token must be durable before an event that has it is sent, or a crash in between would give the value another one. So it does not
     * wait for the position, as images do. A value that somebody else has given a token meanwhile violates the table's key, and everything
     * mapped since is thrown away with the session.
     */
    private static final int CACHED_MAX = 100_000;

    private static final int TOKEN_BYTES = 16;

    private record Key(String vault, String fingerprint) {}

    private final Connection connection;
    private final Consumer<List<TokenRows.New>> keeping;
    private final @Nullable VaultKeys keys;
    private final SecureRandom random = new SecureRandom();
    private final Map<Key, TokenRows.New> unwritten = new HashMap<>();
    private final Map<Key, String> known = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, String> eldest) {
            return size() > CACHED_MAX;
        }
    };

    /** {@code keeping} makes tokens durable at once, whatever becomes of {@code connection}'s transaction. */
    StoredTokens(Connection connection, Consumer<List<TokenRows.New>> keeping, @Nullable VaultKeys keys) {
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
            token = stored(key);
        }
        if (token == null) {
            token = made();
            unwritten.put(key, new TokenRows.New(vault, key.fingerprint, token, keys.seal(token, value)));
        } else {
            known.put(key, token);
        }
        return token;
    }

    private @Nullable String stored(Key key) {
        try {
            return TokenRows.token(connection, key.vault, key.fingerprint);
        } catch (SQLException e) {
            throw new StoreFailed("looking a token up", e);
        }
    }

    private String made() {
        var bytes = new byte[TOKEN_BYTES];
        random.nextBytes(bytes);
        return PREFIX + HexFormat.of().formatHex(bytes);
    }

    /** Makes the tokens made since the last time durable. */
    void keep() {
        if (unwritten.isEmpty()) {
            return;
        }
        keeping.accept(new ArrayList<>(unwritten.values()));
        unwritten.forEach((key, made) -> known.put(key, made.token()));
        unwritten.clear();
    }
}
