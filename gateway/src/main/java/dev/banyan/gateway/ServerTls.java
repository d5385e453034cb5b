package dev.banyan.gateway;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** How the data port speaks TLS. */
final class ServerTls {

    private ServerTls() {}

    /** Returns the TLS of the data port with the protocols that clients may choose from, or null for plain HTTP. */
    static @Nullable SslContext of(GatewaySettings settings) throws IOException {
        Path certificate = settings.certificate();
        Path key = settings.key();
        if (certificate == null || key == null) {
            return null;
        }
        try {
            var builder = SslContextBuilder.forServer(certificate.toFile(), key.toFile());
            if (settings.http2().overTls()) {
                builder.applicationProtocolConfig(new ApplicationProtocolConfig(
                        Protocol.ALPN,
                        SelectorFailureBehavior.NO_ADVERTISE,
                        SelectedListenerFailureBehavior.ACCEPT,
                        ApplicationProtocolNames.HTTP_2,
                        ApplicationProtocolNames.HTTP_1_1));
            }
            return builder.build();
        } catch (IOException | IllegalArgumentException e) {
            throw new IOException(
                    "--tls-cert " + certificate + ", --tls-key " + key + ": " + e.getMessage()
                            + " (expected: a PEM certificate chain and its PEM private key)",
                    e);
        }
    }
}
