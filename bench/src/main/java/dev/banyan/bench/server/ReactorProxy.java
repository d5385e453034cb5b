package dev.banyan.bench.server;

import io.netty.handler.codec.http.HttpMethod;
import org.reactivestreams.Publisher;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.resources.ConnectionProvider;

/** A bare Reactor Netty proxy: what Spring Cloud Gateway is built on, with nothing on top. Copies headers and bodies. */
public final class ReactorProxy {

    private static final int POOL = 2_000;
    private static final HttpProtocol[] HTTP1 = {HttpProtocol.HTTP11};
    private static final HttpProtocol[] BOTH = {HttpProtocol.H2C, HttpProtocol.HTTP11};

    private final HttpClient client;

    private ReactorProxy(int upstreamPort) {
        var pool = ConnectionProvider.builder("upstream")
                .maxConnections(POOL)
                .lifo()
                .build();
        client = HttpClient.create(pool).host("127.0.0.1").port(upstreamPort);
    }

    /** Serves until the process is ended. {@code args}: the port, the upstream's, the number of rules, whether HTTP/2 too. */
    public static void main(String[] args) {
        var proxy = new ReactorProxy(Integer.parseInt(args[1]));
        HttpServer.create()
                .host("127.0.0.1")
                .port(Integer.parseInt(args[0]))
                .protocol(Boolean.parseBoolean(args[3]) ? BOTH : HTTP1)
                .handle(proxy::forward)
                .bindNow()
                .onDispose()
                .block();
    }

    private Publisher<Void> forward(HttpServerRequest request, HttpServerResponse response) {
        var ask = client.headers(headers -> headers.set(request.requestHeaders()))
                .request(request.method())
                .uri(request.uri());
        var asked = request.method().equals(HttpMethod.GET)
                ? ask
                : ask.send(request.receive().retain());
        return asked.response((reply, body) ->
                response.status(reply.status()).headers(reply.responseHeaders()).send(body.retain()));
    }
}
