package dev.banyan.gateway.shift;

import dev.banyan.gateway.backend.BackendAddresses;
import dev.banyan.rules.Gate;
import dev.banyan.rules.gate.Observation;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.Connection;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Asks the addresses of gates now and then, beside everything else. What cannot be read, for whatever reason, is no data. Each
 * gateway asks, so that whoever leads next has observations at once, and every status says the same.
 */
public final class Probes implements Observations, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Probes.class);

    static final Duration EVERY = Duration.ofSeconds(2);

    /** For a whole answer. */
    static final Duration ANSWER_MAX = Duration.ofSeconds(2);

    /** What was read longer ago says nothing. */
    static final Duration FRESH = Duration.ofSeconds(10);

    private static final int ANSWER_BYTES_MAX = 64 * 1024;
    private static final int ASKED_AT_ONCE_MAX = 16;

    /** How far the clock of who compared may be ahead of ours. */
    private static final Duration AHEAD_MAX = Duration.ofMinutes(1);

    /** What one gate was told, and since when all values are beyond its limit. */
    private record Told(Found found, Instant at, @Nullable Instant beyondSince) {}

    /**
     * @param value what a pass is held against
     * @param known what a failure is held against: no more than {@code value}
     */
    private record Found(@Nullable Double value, double known, String words) {
        static Found none(String why) {
            return new Found(null, 0, why);
        }

        static Found of(double value, String words) {
            return new Found(value, value, words);
        }
    }

    private final InstantSource timeOfDay;
    private final InstantSource steady;
    private final HttpClient client;
    private final JsonMapper json = new JsonMapper();
    private final Semaphore asking = new Semaphore(ASKED_AT_ONCE_MAX);
    private final Map<Gate.Probed, Told> told = new ConcurrentHashMap<>();
    private volatile Set<Gate.Probed> gates = Set.of();
    private final Thread thread = Thread.ofVirtual().name("probes").unstarted(this::run);

    /**
     * Asks nobody before it is started.
     *
     * @param timeOfDay to hold the times of others against; may be set
     * @param steady to measure durations with; nobody sets it
     * @param addresses where names are looked up, so that whoever is asked lives where a backend may
     */
    public Probes(InstantSource timeOfDay, InstantSource steady, BackendAddresses addresses) {
        this.client = HttpClient.newConnection()
                .resolver(addresses)
                .followRedirect(false)
                .disableRetry(true)
                .headers(head -> head.set(HttpHeaderNames.ACCEPT, "application/json"));
        this.timeOfDay = timeOfDay;
        this.steady = steady;
    }

    /** Begins to ask. */
    public void start() {
        thread.start();
    }

    @Override
    public synchronized void follow(Collection<Plan> plans) {
        Set<Gate.Probed> now = plans.stream()
                .filter(plan -> plan.drive() == Plan.Drive.STEPS)
                .flatMap(plan -> gatesOf(plan).stream())
                .collect(Collectors.toUnmodifiableSet());
        if (now.equals(gates)) {
            return;
        }
        gates = now;
        told.keySet().retainAll(now);
    }

    private static List<Gate.Probed> gatesOf(Plan plan) {
        return plan.analysis() == null
                ? List.of()
                : plan.analysis().gates().stream()
                        .filter(Gate.Probed.class::isInstance)
                        .map(Gate.Probed.class::cast)
                        .toList();
    }

    @Override
    public Map<Gate, Observation> of(Plan plan) {
        Instant now = steady.instant();
        Map<Gate, Observation> observations = new HashMap<>();
        for (Gate.Probed gate : gatesOf(plan)) {
            Told last = told.get(gate);
            if (last != null) {
                observations.put(gate, observation(last, now));
            }
        }
        return observations;
    }

    private static Observation observation(Told last, Instant now) {
        if (last.found.value == null) {
            return Observation.none(last.found.words);
        }
        if (Duration.between(last.at, now).compareTo(FRESH) > 0) {
            return Observation.none("nobody was asked since " + last.at);
        }
        Duration beyond = last.beyondSince == null ? Duration.ZERO : Duration.between(last.beyondSince, last.at);
        return new Observation(last.found.value, last.found.words, beyond);
    }

    private void run() {
        try {
            while (true) {
                askAll();
                Thread.sleep(EVERY);
            }
        } catch (InterruptedException e) {
            LOG.debug("probes end", e);
        }
    }

    /** What goes wrong in one turn ends no other. */
    private void askAll() throws InterruptedException {
        try {
            turn();
        } catch (RuntimeException | Error e) {
            LOG.error("not all whom gates ask were asked", e);
        }
    }

    /** Asks each address once, and waits for all answers. */
    void turn() throws InterruptedException {
        Map<URI, List<Gate.Probed>> byAddress = gates.stream().collect(Collectors.groupingBy(Gate.Probed::from));
        Map<URI, Thread> asked = new HashMap<>();
        byAddress.forEach((address, all) ->
                asked.put(address, Thread.ofVirtual().name("probe").start(() -> ask(address, all))));
        for (Thread each : asked.values()) {
            each.join();
        }
    }

    private void ask(URI address, List<Gate.Probed> all) {
        try {
            asking.acquire();
            try {
                JsonNode answer = json.readTree(answer(address));
                all.forEach(gate -> tell(gate, found(gate, answer)));
            } finally {
                asking.release();
            }
        } catch (NoAnswer e) {
            all.forEach(gate -> tell(gate, Found.none(address + ": " + e.getMessage())));
        } catch (JacksonException e) {
            all.forEach(gate -> tell(gate, Found.none(address + ": no JSON")));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tell(Gate.Probed gate, Found found) {
        Instant now = steady.instant();
        told.compute(gate, (_, before) -> {
            boolean beyond = found.value != null && found.known > gate.limit();
            Instant since = before == null || before.beyondSince == null ? now : before.beyondSince;
            return new Told(found, now, beyond ? since : null);
        });
        if (!gates.contains(gate)) {
            told.remove(gate);
        }
    }

    private byte[] answer(URI address) throws NoAnswer, InterruptedException {
        CompletableFuture<byte @Nullable []> asked = client.get()
                .uri(address)
                .responseConnection(Probes::take)
                .single()
                .toFuture();
        try {
            byte[] answer = asked.get(ANSWER_MAX.toMillis(), TimeUnit.MILLISECONDS);
            if (answer == null) {
                throw new NoAnswer("nothing");
            }
            return answer;
        } catch (TimeoutException e) {
            throw new NoAnswer("no answer within " + ANSWER_MAX.toSeconds() + " s");
        } catch (ExecutionException e) {
            Throwable why = e.getCause() == null ? e : e.getCause();
            throw why instanceof NoAnswer known
                    ? known
                    : new NoAnswer(String.valueOf(
                            why.getMessage() == null ? why.getClass().getSimpleName() : why.getMessage()));
        } finally {
            asked.cancel(true);
        }
    }

    private static Mono<byte[]> take(HttpClientResponse reply, Connection from) {
        return body(reply, from.inbound().receive()).doFinally(_ -> from.dispose()); // it may never end
    }

    private static Mono<byte[]> body(HttpClientResponse reply, ByteBufFlux pieces) {
        if (reply.status().code() != 200) {
            return Mono.error(new NoAnswer("status " + reply.status().code() + " (expected: 200)"));
        }
        var all = new ByteArrayOutputStream();
        return pieces.asByteArray()
                .<byte[]>handle((piece, next) -> {
                    all.writeBytes(piece);
                    if (all.size() > ANSWER_BYTES_MAX) {
                        next.error(new NoAnswer("more than " + ANSWER_BYTES_MAX + " bytes"));
                    }
                })
                .then(Mono.fromCallable(all::toByteArray));
    }

    private static final class NoAnswer extends Exception {
        private static final long serialVersionUID = 1;

        NoAnswer(String message) {
            super(message);
        }
    }

    private Found found(Gate.Probed gate, JsonNode answer) {
        return switch (gate) {
            case Gate.CdcLag lag -> lag(lag, answer);
            case Gate.Parity parity -> parity(parity, answer);
        };
    }

    private static Found lag(Gate.CdcLag gate, JsonNode answer) {
        if (gate.entities().isEmpty()) {
            return lag(gate, "lagMillis", answer.path("lagMillis"));
        }
        Found longest = Found.none("no entities");
        for (String entity : gate.entities()) {
            JsonNode millis = answer.path("entities").path(entity).path("lagMillis");
            Found one = lag(gate, "lagMillis of " + entity, millis);
            if (one.value == null) {
                return one;
            }
            longest = longest.value == null || one.value > longest.value ? one : longest;
        }
        return longest;
    }

    private static Found lag(Gate.CdcLag gate, String what, JsonNode millis) {
        return millis.isNumber() && millis.asDouble() >= 0
                ? Found.of(millis.asDouble(), what.replace("lagMillis", millis.asLong() + " ms behind"))
                : Found.none(gate.from() + ": no " + what + " (expected: milliseconds)");
    }

    private Found parity(Gate.Parity gate, JsonNode answer) {
        long compared = answer.path("compared").isIntegralNumber()
                ? answer.path("compared").asLong()
                : 0;
        long differing = answer.path("differing").isIntegralNumber()
                ? answer.path("differing").asLong()
                : -1;
        JsonNode waits = answer.path("waiting");
        long waiting = waits.isMissingNode() ? 0 : waits.isIntegralNumber() ? waits.asLong() : -1;
        if (waiting < 0) {
            return Found.none(gate.from() + ": waiting " + waits + " (expected: how many, or nothing)");
        }
        if (compared < 1 || differing < 0 || differing > compared) {
            return Found.none(gate.from() + ": compared " + answer.path("compared") + ", differing "
                    + answer.path("differing") + " (expected: at least 1, and 0 up to that)");
        }
        Instant at;
        try {
            at = Instant.parse(answer.path("at").asString(""));
        } catch (DateTimeException e) {
            return Found.none(gate.from() + ": no at (expected: when it was compared, such as 2026-03-01T12:00:00Z)");
        }
        Duration age = Duration.between(at, timeOfDay.instant());
        if (age.compareTo(gate.maxAge()) > 0 || age.compareTo(AHEAD_MAX.negated()) < 0) {
            return Found.none(gate.from() + ": compared at " + at + " (expected: at most " + gate.maxAge() + " ago)");
        }
        return new Found(
                ((double) differing + waiting) / ((double) compared + waiting),
                (double) differing / compared,
                differing + " of " + compared + " records differ, " + (waiting == 0 ? "" : waiting + " more wait, ")
                        + "at " + at);
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
