package dev.banyan.gateway.backend;

import dev.banyan.rules.Backend;
import dev.banyan.rules.RuleSet;
import dev.banyan.rules.RulesException;
import io.netty.handler.ssl.SslContext;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The live backends of a rule set, by name. */
public final class Backends {

    private final Map<String, LiveBackend> byName;
    private final Map<String, String> authorities;

    private Backends(Map<String, LiveBackend> byName, Map<String, String> authorities) {
        this.byName = byName;
        this.authorities = authorities;
    }

    /** No backends, to begin with. */
    public static Backends none() {
        return new Backends(Map.of(), Map.of());
    }

    /**
     * Returns the backends of {@code rules}, keeping those of this set that did not change, nor whom they trust, with their connections
     * and what their breakers have seen.
     *
     * @param legacyHost the {@code Host} the baseline is given when its rule names none; null passes the client's on
     */
    public Backends with(RuleSet rules, @Nullable String legacyHost, BackendTls tls, BackendAddresses addresses)
            throws RulesException {
        // All of them before the first is made: a made one has a pool and health checks that somebody must end.
        Map<String, String> trusted = tls.authorities(rules);
        var contexts = new HashMap<String, @Nullable SslContext>();
        for (Backend backend : rules.backends()) {
            contexts.put(backend.name(), tls.of(backend, trusted.get(backend.name())));
        }
        var next = new LinkedHashMap<String, LiveBackend>();
        for (Backend backend : rules.backends()) {
            String name = backend.name();
            LiveBackend known = byName.get(name);
            if (known != null
                    && known.backend().equals(backend)
                    && Objects.equals(authorities.get(name), trusted.get(name))) {
                next.put(name, known);
                continue;
            }
            String host = backend.host() == null && backend.baseline() ? legacyHost : backend.host();
            next.put(name, new LiveBackend(backend, host, contexts.get(name), addresses));
        }
        return new Backends(Map.copyOf(next), trusted);
    }

    /** What the files of {@code tls.ca} held that this set was made of, by backend. */
    public Map<String, String> authorities() {
        return authorities;
    }

    /** Lets go of every backend that {@code next} does not keep. */
    public void replaceBy(Backends next) {
        for (LiveBackend backend : byName.values()) {
            if (next.byName.get(backend.name()) != backend) {
                backend.replace();
            }
        }
    }

    public LiveBackend get(String name) {
        LiveBackend backend = byName.get(name);
        if (backend == null) {
            throw new IllegalStateException("backend: " + name + " (expected: one of " + byName.keySet() + ")");
        }
        return backend;
    }

    public Iterable<LiveBackend> all() {
        return byName.values();
    }
}
