package dev.banyan.gateway;

import dev.banyan.gateway.tls.PemFiles;
import java.math.BigDecimal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a gateway goes by, with what nobody has said, in one line: for whoever looks later why something was cut off, or believed. */
final class InEffect {

    private InEffect() {}

    static String of(GatewaySettings settings) {
        var patience = settings.patience();
        var http2 = settings.http2();
        PemFiles certificate = settings.certificate();
        return "in effect: "
                + (certificate == null
                        ? "http"
                        : "https by " + certificate.chain() + (http2.overTls() ? " with HTTP/2" : " without HTTP/2"))
                + " on " + settings.address()
                + ", HTTP/2 without TLS " + (http2.port() == null ? "off" : "on")
                + ", " + http2.limits().streams() + " streams"
                + "; of clients a head within " + seconds(patience.head())
                + ", of " + GatewaySettings.REQUEST_LINE_BYTES_MAX + " and " + GatewaySettings.HEAD_BYTES_MAX
                + " bytes, idle " + seconds(patience.idle())
                + ", stalled " + seconds(patience.stall())
                + ", at least " + patience.minRate() + " bytes/s"
                + "; trusted proxies " + settings.trusted()
                + "; public origin " + orElse(settings.publicOrigin(), "as asked")
                + "; authorities of backends " + orElse(settings.backendTrust(), "the JDK's")
                + "; transport " + settings.transport().word()
                + (settings.chainOnly() ? ", filter chain only" : "")
                + "; at a stop unready " + seconds(settings.unready()) + ", drain " + seconds(settings.drain());
    }

    private static String orElse(@Nullable Object said, String unsaid) {
        return said == null ? unsaid : said.toString();
    }

    private static String seconds(Duration duration) {
        return BigDecimal.valueOf(duration.toMillis(), 3).stripTrailingZeros().toPlainString() + " s";
    }
}
