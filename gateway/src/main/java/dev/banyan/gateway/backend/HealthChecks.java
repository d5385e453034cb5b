package dev.banyan.gateway.backend;

import dev.banyan.rules.Backend;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;

/** Asks every instance of a backend, again and again, whether it is well. */
final class HealthChecks {

    private static final Logger LOG = LoggerFactory.getLogger(HealthChecks.class);

    private static final int WELL_MIN = 200;
    private static final int WELL_MAX = 399;

    private HealthChecks() {}

    /**
     * Starts asking.
     *
     * @param unpooled a client without a pool, so that each question also asks for a connection
     * @param host the name the backend lives under; null is the instance's own
     */
    static Disposable start(
            String backend,
            Backend.Health health,
            List<Instance> instances,
            HttpClient unpooled,
            @Nullable String host) {
        HttpClient client = unpooled.responseTimeout(health.timeout());
        return Flux.interval(health.interval())
                .onBackpressureDrop()
                .concatMap(_ -> Flux.fromIterable(instances).flatMap(instance -> ask(client, health, instance, host)
                        .doOnNext(good -> take(backend, health, instance, good))))
                .subscribe();
    }

    private static Mono<Boolean> ask(
            HttpClient client, Backend.Health health, Instance instance, @Nullable String host) {
        return client.headers(head -> head.set(
                        HttpHeaderNames.HOST, host == null ? instance.origin().authority() : host))
                .get()
                .uri(instance.origin() + health.path())
                .response()
                .map(reply ->
                        reply.status().code() >= WELL_MIN && reply.status().code() <= WELL_MAX)
                .timeout(health.timeout())
                .onErrorReturn(false);
    }

    private static void take(String backend, Backend.Health health, Instance instance, boolean good) {
        if (instance.checked(good, health.unhealthyAfter(), health.healthyAfter())) {
            if (good) {
                LOG.info("backend {}: {} is well again", backend, instance.origin());
            } else {
                LOG.warn("backend {}: {} is not well and left out", backend, instance.origin());
            }
        }
    }
}
