package dev.banyan.gateway;

import dev.banyan.gateway.http.AbsoluteForm;
import dev.banyan.gateway.http2.Http2Limits;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where the gateway listens, and by which names. */
final class PortOptions {

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it
    CommandSpec spec;

    @Option(
            names = "--address",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description = "listen here (default: ${DEFAULT-VALUE}; 0.0.0.0 is every interface)")
    String address = "127.0.0.1";

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "8080",
            description = "port for requests (default: ${DEFAULT-VALUE}; 0 is a free one)")
    int port;

    @Option(
            names = "--http2-port",
            paramLabel = "N",
            description = "one more port for requests, for clients that speak HTTP/2 without TLS and without asking"
                    + " (default: none; 0 is a free one)")
    @Nullable
    Integer http2Port;

    @Option(
            names = "--http2-streams",
            paramLabel = "N",
            defaultValue = "100",
            description = "requests in flight at once on one HTTP/2 connection (default: ${DEFAULT-VALUE})")
    int http2Streams;

    @Option(names = "--http1-only", description = "offer clients that come by TLS HTTP/1.1 alone")
    boolean http1Only;

    @Option(
            names = "--admin-port",
            paramLabel = "N",
            defaultValue = "9080",
            description = "port of the admin API, on loopback only (default: ${DEFAULT-VALUE})")
    int adminPort;

    @Option(
            names = "--absolute-form",
            paramLabel = "HOST[:PORT]",
            description = "host that a request line may name in a URL (GET http://HOST/path); repeatable (default:"
                    + " whichever the request's Host header names)")
    List<String> absoluteForm = List.of();

    /** Returns the hosts of URLs in request lines. */
    AbsoluteForm absoluteForm() {
        try {
            return new AbsoluteForm(absoluteForm);
        } catch (IllegalArgumentException e) {
            throw Usage.wrong(spec, "--absolute-form: " + e.getMessage());
        }
    }

    /** Returns the port for requests, 0 for a free one. */
    int port() {
        return Usage.requirePort(spec, "--port", port);
    }

    /** Returns the port of the admin API, 0 for a free one. */
    int adminPort() {
        if (port != 0 && port == adminPort) {
            throw Usage.wrong(spec, "--admin-port: " + adminPort + " (expected: another one than --port)");
        }
        return Usage.requirePort(spec, "--admin-port", adminPort);
    }

    /** Returns what is said of HTTP/2. */
    GatewaySettings.Http2 http2() {
        if (http2Port != null) {
            Usage.requirePort(spec, "--http2-port", http2Port);
            if (http2Port != 0 && (http2Port == port || http2Port == adminPort)) {
                throw Usage.wrong(
                        spec, "--http2-port: " + http2Port + " (expected: another one than --port and --admin-port)");
            }
        }
        try {
            var limits = new Http2Limits(
                    http2Streams, GatewaySettings.HEAD_BYTES_MAX, GatewaySettings.REQUEST_LINE_BYTES_MAX);
            return new GatewaySettings.Http2(http2Port, !http1Only, limits);
        } catch (IllegalArgumentException e) {
            throw Usage.wrong(spec, "--http2-" + e.getMessage());
        }
    }
}
