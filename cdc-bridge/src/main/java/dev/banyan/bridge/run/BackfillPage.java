package dev.banyan.bridge.run;

import com.sun.net.httpserver.HttpExchange;
import dev.banyan.bridge.store.Backfill;
import dev.banyan.bridge.store.Parity;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Backfills and parity runs on the status port: how far they are, as numbers too, and what is asked of them by who has the token. */
final class BackfillPage {

    private static final JsonMapper JSON = new JsonMapper();
    private static final int BODY_BYTES_MAX = 100_000;
    private static final String EXAMPLE = "{\"ask\":\"PAUSE\",\"names\":[]}";
    private static final InstantSource CLOCK = InstantSource.system();

    /** An answer. */
    record Answer(int code, Object body) {}

    /** An answer's body that says why there is no other. */
    record Failure(String error) {}

    private static final Answer NOT_OPEN = new Answer(503, new Failure("the bridge has not opened its store yet"));

    private final BridgeRun run;
    private volatile @Nullable ControlFile control;

    BackfillPage(BridgeRun run) {
        this.run = run;
    }

    /** {@code backfills} for JSON. */
    static List<Map<String, @Nullable Object>> describe(List<Backfill> backfills) {
        return backfills.stream()
                .map(backfill -> backfill.describe(CLOCK.millis()))
                .toList();
    }

    /** Numbers of the backfill that is under way; not a number where there is none, or it is not known. */
    void meters(MeterRegistry registry, String bridge) {
        gauge(registry, bridge, "rows.read", "rows that the backfill under way has read", Backfill::rowsRead);
        gauge(
                registry,
                bridge,
                "rows.estimated",
                "about how many rows it has in all",
                head -> number(head.rowsEstimated()));
        gauge(
                registry,
                bridge,
                "rows.per.second",
                "how fast it reads",
                head -> number(head.rowsPerSecond(CLOCK.millis())));
        gauge(
                registry,
                bridge,
                "seconds.left",
                "about how long it still takes",
                head -> number(head.secondsLeft(CLOCK.millis())));
        gauge(registry, bridge, "paused", "1 while it is paused", head -> head.wish() == Backfill.Wish.PAUSE ? 1 : 0);
        gauge(
                registry,
                bridge,
                "failures",
                "how often in a row a chunk of it could not be read",
                head -> head.failure() == null ? 0 : head.failure().times());
    }

    /** Numbers of what the last whole comparison of each table found; not numbers while one was never compared. */
    void parityMeters(MeterRegistry registry, String bridge) {
        parity(registry, bridge, "compared", "rows that were compared", Parity::compared);
        parity(
                registry,
                bridge,
                "differing",
                "rows that differ between the legacy database and what is remembered",
                Parity::differing);
        parity(registry, bridge, "missing", "of these, rows that are not remembered", Parity::missing);
        parity(registry, bridge, "altered", "of these, rows that are remembered otherwise", Parity::altered);
        parity(registry, bridge, "gone", "of these, rows that are remembered and not there", Parity::gone);
        parity(
                registry,
                bridge,
                "waiting",
                "rows that were not judged because what came of them waits",
                Parity::waiting);
        Gauge.builder(
                        "banyan.bridge.parity.age.seconds",
                        run,
                        it -> age(it.parity(it.progress().parities())))
                .description("how long ago the oldest of these comparisons ended")
                .tag("bridge", bridge)
                .register(registry);
    }

    private static double age(ParityResult result) {
        var at = result.at();
        return at == null || !result.isWhole() ? Double.NaN : (CLOCK.millis() - at.toEpochMilli()) / 1_000.0;
    }

    private void parity(
            MeterRegistry registry, String bridge, String name, String description, ToDoubleFunction<Parity> of) {
        Gauge.builder("banyan.bridge.parity." + name, run, it -> {
                    var result = it.parity(it.progress().parities());
                    return result.isWhole() ? of.applyAsDouble(result.sum()) : Double.NaN;
                })
                .description(description)
                .tag("bridge", bridge)
                .register(registry);
    }

    private static double number(OptionalLong known) {
        return known.isPresent() ? known.getAsLong() : Double.NaN;
    }

    private void gauge(
            MeterRegistry registry, String bridge, String name, String description, ToDoubleFunction<Backfill> of) {
        Gauge.builder("banyan.bridge.backfill." + name, run.progress(), it -> Backfill.head(it.backfills())
                        .map(of::applyAsDouble)
                        .orElse(Double.NaN))
                .description(description)
                .tag("bridge", bridge)
                .register(registry);
    }

    /** From now on answers who has the token of {@code file}. */
    void control(ControlFile file) {
        control = file;
    }

    /** Answers a POST that carries the token; a GET lists backfills, and says of parity what was found. */
    Answer answer(HttpExchange exchange, BackfillDesk.Kind kind) throws IOException {
        if (exchange.getRequestMethod().equals("GET")) {
            return switch (kind) {
                case BACKFILL -> new Answer(200, describe(run.backfills()));
                case PARITY -> run.parity().map(BackfillPage::found).orElse(NOT_OPEN);
            };
        }
        var given = exchange.getRequestHeaders().getFirst("Authorization");
        var known = control;
        if (known == null || given == null || !isSame(given, "Bearer " + known.token())) {
            return new Answer(403, new Failure("the token is not the one in the file beside the store"));
        }
        var desk = run.desk(kind);
        if (desk.isEmpty()) {
            return NOT_OPEN;
        }
        try (var body = exchange.getRequestBody()) {
            var request = JSON.readValue(body.readNBytes(BODY_BYTES_MAX), BackfillDesk.Request.class);
            return request == null
                            || request.ask() == null
                            || request.names() == null
                            || request.names().contains(null)
                    ? new Answer(400, new Failure("ask or names: missing (expected: as in " + EXAMPLE + ")"))
                    : new Answer(200, desk.get().answer(request));
        } catch (JacksonException | IllegalArgumentException e) {
            return new Answer(400, new Failure(String.valueOf(e.getMessage())));
        }
    }

    private static Answer found(ParityResult result) {
        return result.isWhole()
                ? new Answer(200, result.describe())
                : new Answer(
                        503,
                        new Failure(
                                result.never()
                                        + " were never compared to their end (expected: ./banyan bridge parity start, and its run done)"));
    }

    private static boolean isSame(String given, String expected) {
        return MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), expected.getBytes(StandardCharsets.UTF_8));
    }
}
