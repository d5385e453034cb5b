package dev.banyan.gateway.backend;

import dev.banyan.rules.Backend;
import dev.banyan.rules.Problem;
import dev.banyan.rules.RulesException;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The TLS that backends are called with.
 *
 * @param standard for every backend that names no authorities of its own
 * @param folder where the files of {@code tls.ca} stand; null when rules have no folder
 */
public record BackendTls(SslContext standard, @Nullable Path folder) {

    /** The same, with the files of {@code tls.ca} in another folder. */
    public BackendTls in(Path other) {
        return new BackendTls(standard, other);
    }

    /** Returns the TLS of one backend, or null for plain HTTP; a file that is no certificate is a problem of the rules. */
    @Nullable
    SslContext of(Backend backend) throws RulesException {
        if (!"https".equalsIgnoreCase(backend.url().getScheme())) {
            return null;
        }
        String ca = backend.tls() == null ? null : backend.tls().ca();
        return ca == null ? standard : trusting(backend.name(), ca);
    }

    private SslContext trusting(String backend, String ca) throws RulesException {
        if (folder == null) {
            throw problem(backend, ca, "a file in the rules folder; these rules have none");
        }
        Path file = folder.resolve(ca);
        try {
            if (!file.toRealPath().startsWith(folder.toRealPath())) {
                throw problem(backend, ca, "a file in the rules folder; this one is a link out of it");
            }
            return SslContextBuilder.forClient()
                    .endpointIdentificationAlgorithm("HTTPS")
                    .trustManager(file.toFile())
                    .build();
        } catch (IOException | IllegalArgumentException e) {
            throw problem(backend, ca, "a readable PEM file of certificates: " + e.getMessage());
        }
    }

    private static RulesException problem(String backend, String found, String expected) {
        return new RulesException(
                List.of(new Problem(Path.of(""), 0, 0, "backends[" + backend + "].tls.ca", found, expected)));
    }
}
