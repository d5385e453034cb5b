package dev.banyan.gateway.backend;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolNegotiator;
import io.netty.handler.ssl.SslContext;
import io.netty.util.NetUtil;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSessionContext;

/** The TLS of a backend whose certificate must have a name of its own, whatever host it is called by. */
final class NamedTls extends SslContext {

    /*
     * To ask for the name in the handshake is not enough: where the certificate does not have it, the JDK is content with the host that the
     * connection was made for. So the name stands in that host's place, too.
     */

    private final SslContext tls;
    private final String name;
    private final List<SNIServerName> asked;

    NamedTls(SslContext tls, String name) {
        this.tls = tls;
        this.name = name;
        this.asked = asked(name);
    }

    /** Also a name without a dot, of which the JDK would say nothing by itself; no address, which may not be said (RFC 6066, 3). */
    private static List<SNIServerName> asked(String name) {
        try {
            boolean address = NetUtil.isValidIpV4Address(name) || NetUtil.isValidIpV6Address(name);
            return address ? List.of() : List.of(new SNIHostName(name));
        } catch (IllegalArgumentException e) {
            return List.of(); // no certificate has it either
        }
    }

    @Override
    public SSLEngine newEngine(ByteBufAllocator allocator, String host, int port) {
        SSLEngine engine = tls.newEngine(allocator, name, port);
        if (!asked.isEmpty()) {
            var parameters = engine.getSSLParameters();
            parameters.setServerNames(asked);
            engine.setSSLParameters(parameters);
        }
        return engine;
    }

    @Override
    public SSLEngine newEngine(ByteBufAllocator allocator) {
        return newEngine(allocator, name, -1);
    }

    @Override
    public boolean isClient() {
        return tls.isClient();
    }

    @Override
    public List<String> cipherSuites() {
        return tls.cipherSuites();
    }

    @Override
    @SuppressWarnings("deprecation") // Netty's own word for what every context says
    public ApplicationProtocolNegotiator applicationProtocolNegotiator() {
        return tls.applicationProtocolNegotiator();
    }

    @Override
    public SSLSessionContext sessionContext() {
        return tls.sessionContext();
    }
}
