package dev.banyan.bench.server;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.PoolOptions;
import io.vertx.httpproxy.HttpProxy;

/** Vert.x http-proxy as its guide shows it, at its best: epoll, one server for each core, a pool that no case exhausts. */
public final class VertxProxy {

    private static final int POOL = 2_000;
    private static final int BACKLOG = 4096;

    private VertxProxy() {}

    /** Serves until the process is ended. {@code args}: the port, the upstream's. HTTP/2 is its default. */
    public static void main(String[] args) {
        var cores = Runtime.getRuntime().availableProcessors();
        var vertx =
                Vertx.vertx(new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(cores));
        var _ = vertx.deployVerticle(
                        () -> new Proxy(Integer.parseInt(args[0]), Integer.parseInt(args[1])),
                        new DeploymentOptions().setInstances(cores))
                .onFailure(VertxProxy::giveUp);
    }

    private static void giveUp(Throwable why) {
        System.err.println("vertx: " + why);
        System.exit(1);
    }

    private static final class Proxy extends VerticleBase {
        private final int port;
        private final int upstreamPort;

        Proxy(int port, int upstreamPort) {
            this.port = port;
            this.upstreamPort = upstreamPort;
        }

        @Override
        public Future<?> start() {
            var client = vertx.createHttpClient(new HttpClientOptions(), new PoolOptions().setHttp1MaxSize(POOL));
            var proxy = HttpProxy.reverseProxy(client).origin(upstreamPort, "127.0.0.1");
            return vertx.createHttpServer(new HttpServerOptions()
                            .setPort(port)
                            .setHost("127.0.0.1")
                            .setAcceptBacklog(BACKLOG))
                    .requestHandler(proxy)
                    .listen();
        }
    }
}
