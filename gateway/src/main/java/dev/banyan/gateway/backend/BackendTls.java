package dev.banyan.gateway.backend;

import dev.banyan.rules.Backend;
import dev.banyan.rules.Problem;
import dev.banyan.rules.RuleSet;
import dev.banyan.rules.RulesException;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The TLS that backends are called with.
 *
 * @param standard for every backend that names no authorities of its own; asked once one is called by https
 * @param folder where the files of {@code tls.ca} stand; null when rules have no folder
 */
public record BackendTls(
        Supplier<SslContext> standard, @Nullable Path folder) {

    /**
     * Returns the TLS that trusts the JDK's authorities. They are read once a backend is called by https: that takes longer than much else of a
     * start, and most backends are called without.
     */
    public static BackendTls trustingTheJdk(@Nullable Path folder) {
        return new BackendTls(new OfTheJdk(), folder);
    }

    private static final class OfTheJdk implements Supplier<SslContext> {
        private @Nullable SslContext made;

        @Override
        public synchronized SslContext get() {
            SslContext known = made;
            if (known == null) {
                try {
                    known = SslContextBuilder.forClient()
                            .endpointIdentificationAlgorithm("HTTPS")
                            .build();
                } catch (SSLException e) {
                    throw new UncheckedIOException("the JDK's authorities cannot be used: " + e.getMessage(), e);
                }
                made = known;
            }
            return known;
        }
    }

    /** The same, with the files of {@code tls.ca} in another folder. */
    public BackendTls in(Path other) {
        return new BackendTls(standard, other);
    }

    /** Returns what the files of {@code tls.ca} hold, by the backends that have one; one that cannot be read is a problem of the rules. */
    public Map<String, String> authorities(RuleSet rules) throws RulesException {
        var read = new HashMap<String, String>();
        for (Backend backend : rules.backends()) {
            String authorities = authorities(backend);
            if (authorities != null) {
                read.put(backend.name(), authorities);
            }
        }
        return Map.copyOf(read);
    }

    private @Nullable String authorities(Backend backend) throws RulesException {
        String ca = backend.tls() == null ? null : backend.tls().ca();
        if (ca == null || !isHttps(backend)) {
            return null;
        }
        if (folder == null) {
            throw problem(backend, "a file in the rules folder; these rules have none");
        }
        Path file = folder.resolve(ca);
        try {
            if (!file.toRealPath().startsWith(folder.toRealPath())) {
                throw problem(backend, "a file in the rules folder; this one is a link out of it");
            }
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw unreadable(backend, e);
        }
    }

    /** Returns the TLS of one backend, or null for plain HTTP; null {@code authorities} are the standard ones. */
    @Nullable
    SslContext of(Backend backend, @Nullable String authorities) throws RulesException {
        if (authorities == null) {
            return isHttps(backend) ? standard.get() : null;
        }
        try {
            return SslContextBuilder.forClient()
                    .endpointIdentificationAlgorithm("HTTPS")
                    .trustManager(Authorities.of(authorities.getBytes(StandardCharsets.ISO_8859_1)))
                    .build();
        } catch (IOException | IllegalArgumentException e) {
            throw unreadable(backend, e);
        }
    }

    private static boolean isHttps(Backend backend) {
        return "https".equalsIgnoreCase(backend.url().getScheme());
    }

    private static RulesException unreadable(Backend backend, Exception e) {
        return problem(backend, "a readable PEM file of certificates: " + e.getMessage());
    }

    private static RulesException problem(Backend backend, String expected) {
        String found = backend.tls() == null ? "" : String.valueOf(backend.tls().ca());
        return new RulesException(
                List.of(new Problem(Path.of(""), 0, 0, "backends[" + backend.name() + "].tls.ca", found, expected)));
    }
}
