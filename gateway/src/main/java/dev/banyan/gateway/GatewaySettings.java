package dev.banyan.gateway;

import dev.banyan.gateway.edge.Patience;
import dev.banyan.gateway.http.AbsoluteForm;
import dev.banyan.gateway.http.Origin;
import dev.banyan.gateway.http.ProxyHeaders;
import dev.banyan.gateway.http.TrustedPeers;
import dev.banyan.gateway.http2.Http2Limits;
import dev.banyan.gateway.live.RulesSource;
import dev.banyan.gateway.store.StoreLocation;
import dev.banyan.gateway.tls.PemFiles;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the command line decided.
 *
 * @param address the data ports'; the admin port is always on loopback
 * @param http2 whether HTTP/2 is offered, and where and how much of it
 * @param legacyHost the {@code Host} legacy is given; null passes the client's on
 * @param publicOrigin what people type; null takes each request's own word for it
 * @param absoluteForm hosts that a target in absolute form may name
 * @param certificate PEM files of the data port; null for plain HTTP
 * @param backendTrust PEM certificates of authorities that HTTPS backends may use; null for the JDK's
 * @param nameServer asked where backends are; null for the system's
 * @param proxyHeaders what only {@code trusted} peers may say
 * @param reveal whether replies name route and backend
 * @param chainOnly whether requests without filters take the filter chain too
 * @param transport what event loops use
 * @param patience how long the gateway waits for a client
 * @param store what gateways remember together; opened only when something needs it, or when it is shared
 * @param webhooks who is told of every move of a route
 * @param unready how long a stop only says so, and serves on
 * @param drain how long a stop waits for calls in flight
 */
public record GatewaySettings(
        RulesSource rules,
        String address,
        int port,
        int adminPort,
        Http2 http2,
        Path runFolder,
        @Nullable String legacyHost,
        @Nullable Origin publicOrigin,
        AbsoluteForm absoluteForm,
        @Nullable PemFiles certificate,
        @Nullable Path backendTrust,
        @Nullable InetSocketAddress nameServer,
        TrustedPeers trusted,
        ProxyHeaders proxyHeaders,
        boolean reveal,
        boolean chainOnly,
        Transport transport,
        Patience patience,
        StoreLocation store,
        List<URI> webhooks,
        Duration unready,
        Duration drain) {

    public GatewaySettings {
        webhooks = List.copyOf(webhooks);
    }

    /**
     * HTTP/2 in front.
     *
     * @param port where clients speak it without TLS and without asking; 0 for a free one, null for none
     * @param overTls whether clients of the data port may choose it where that serves https
     */
    public record Http2(@Nullable Integer port, boolean overTls, Http2Limits limits) {}

    /** The longest head of a request, request line and headers together. */
    static final int HEAD_BYTES_MAX = 32 * 1024;

    /** The longest request line. */
    static final int REQUEST_LINE_BYTES_MAX = 8 * 1024;
}
