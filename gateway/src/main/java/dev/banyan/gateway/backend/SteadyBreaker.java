package dev.banyan.gateway.backend;

import dev.banyan.rules.Backend;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** Circuit breakers that stay open for as long as they should; by the library's own clock, one set back kept them open for as long. */
final class SteadyBreaker {

    private SteadyBreaker() {}

    /** {@code trial} is how long it waits for the calls it lets through on trial: an upload may take as long as its client likes. */
    static CircuitBreaker of(String name, Backend.CircuitBreaker settings, Duration trial) {
        return CircuitBreaker.of(
                name,
                CircuitBreakerConfig.custom()
                        .clock(new SinceNow())
                        .failureRateThreshold(settings.failureRate() / 100f)
                        .slidingWindowSize(settings.windowCalls())
                        .minimumNumberOfCalls(settings.minCalls())
                        .waitDurationInOpenState(settings.openFor())
                        .permittedNumberOfCallsInHalfOpenState(settings.trialCalls())
                        .maxWaitDurationInHalfOpenState(trial)
                        .build());
    }

    /** The time since it was made, as an instant after the epoch. */
    private static final class SinceNow extends Clock {

        private final long began = System.nanoTime();

        @Override
        public Instant instant() {
            return Instant.EPOCH.plusNanos(System.nanoTime() - began);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this; // it says nothing about days
        }
    }
}
