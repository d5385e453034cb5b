package dev.banyan.gateway.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiator;
import io.netty.handler.ssl.SslContext;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSessionContext;
import org.jspecify.annotations.Nullable;

/** Begins each connection with the TLS that is in force then, and lets its client choose a protocol. */
final class ServerTls extends SslContext {

    /*
     * Clients that know only suites of TLS 1.2 that RFC 9113 (appendix A) forbids for HTTP/2 are served by HTTP/1.1. The
     * suite is settled when the protocol is chosen, so such a client needs no second attempt, which INADEQUATE_SECURITY
     * would take; and old clients are not turned away, as they would be if the suites were not offered at all.
     */
    private static final Set<String> SUITES_OF_HTTP2 = Set.copyOf(Http2SecurityUtil.CIPHERS);

    private final Supplier<SslContext> inForce;
    private final boolean http2;

    /** Offers HTTP/2 too if {@code http2}. */
    ServerTls(Supplier<SslContext> inForce, boolean http2) {
        this.inForce = inForce;
        this.http2 = http2;
    }

    @Override
    public SSLEngine newEngine(ByteBufAllocator memory) {
        return choosing(inForce.get().newEngine(memory));
    }

    @Override
    public SSLEngine newEngine(ByteBufAllocator memory, String peer, int port) {
        return choosing(inForce.get().newEngine(memory, peer, port));
    }

    private SSLEngine choosing(SSLEngine engine) {
        if (http2) {
            engine.setHandshakeApplicationProtocolSelector(
                    (asked, offered) -> choose(asked.getHandshakeSession().getCipherSuite(), offered));
        }
        return engine;
    }

    /** Returns the protocol, empty for none, which is HTTP/1.1; null refuses a client that speaks nothing but HTTP/2. */
    static @Nullable String choose(String suite, List<String> offered) {
        if (offered.contains(ApplicationProtocolNames.HTTP_2) && SUITES_OF_HTTP2.contains(suite)) {
            return ApplicationProtocolNames.HTTP_2;
        }
        if (offered.contains(ApplicationProtocolNames.HTTP_1_1)) {
            return ApplicationProtocolNames.HTTP_1_1;
        }
        return offered.contains(ApplicationProtocolNames.HTTP_2) ? null : "";
    }

    @Override
    public boolean isClient() {
        return false;
    }

    @Override
    public List<String> cipherSuites() {
        return inForce.get().cipherSuites();
    }

    @Override
    @SuppressWarnings("deprecation") // Netty's own subclasses must have it too
    public ApplicationProtocolNegotiator applicationProtocolNegotiator() {
        return inForce.get().applicationProtocolNegotiator();
    }

    @Override
    public SSLSessionContext sessionContext() {
        return inForce.get().sessionContext();
    }
}
