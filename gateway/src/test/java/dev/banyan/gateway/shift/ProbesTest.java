package dev.banyan.gateway.shift;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.banyan.gateway.backend.BackendAddresses;
import dev.banyan.rules.Analysis;
import dev.banyan.rules.Gate;
import dev.banyan.rules.gate.Observation;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What gates are told of what others know, and that anything odd is no data. */
class ProbesTest {

    private final ManualClock timeOfDay = new ManualClock();
    private final ManualClock clock = new ManualClock();
    private volatile int status = 200;
    private volatile String answer = "";
    private HttpServer server;
    private BackendAddresses addresses;
    private Probes probes;
    private volatile int forbidden;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            byte[] body = answer.getBytes(UTF_8);
            exchange.getResponseHeaders().set("Location", "/elsewhere");
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        addresses = new BackendAddresses(null, address -> address.getPort() == forbidden);
        probes = new Probes(timeOfDay, clock, addresses);
    }

    @AfterEach
    void stop() {
        probes.close();
        addresses.close();
        server.stop(0);
    }

    private URI here() {
        return URI.create("http://localhost:" + server.getAddress().getPort() + "/status?x=1");
    }

    private Gate.Probed lag(String... entities) {
        return new Gate.CdcLag(here(), List.of(entities), Duration.ofSeconds(5), true);
    }

    private Gate.Probed parity() {
        return new Gate.Parity(here(), 10, Duration.ofHours(1), true);
    }

    private static Plan plan(Gate.Probed gate) {
        return Fixture.plan(
                "browse", Fixture.STEPS, Fixture.analysis(Fixture.onFail(Analysis.OnFail.To.BASELINE, 0), gate));
    }

    /** What a gate is told when it is asked once. */
    private Observation read(Gate.Probed gate) throws InterruptedException {
        Plan plan = plan(gate);
        probes.follow(List.of(plan));
        probes.turn();
        return Objects.requireNonNull(probes.of(plan).get(gate));
    }

    @Test
    void theBridgesLagIsReadAndSoIsThatOfTheEntitiesOfARoute() throws Exception {
        answer = "{\"state\":\"streaming\",\"lagBytes\":7,\"lagMillis\":1200}";
        assertThat(read(lag())).isEqualTo(new Observation(1200.0, "1200 ms behind", Duration.ZERO));
        answer =
                "{\"entities\":{\"product\":{\"lagMillis\":5},\"price\":{\"lagMillis\":70},\"order\":{\"lagMillis\":9000}}}";
        assertThat(read(lag("product", "price")).words()).isEqualTo("70 ms behind of price");
        assertThat(read(lag("product", "stock")).words()).contains("no data", "no lagMillis of stock");
    }

    @Test
    void parityIsTheShareThatDiffersOfAComparisonThatIsNotOld() throws Exception {
        answer = "{\"compared\":2000,\"differing\":1,\"at\":\"2026-03-01T11:30:00Z\"}";
        assertThat(read(parity()).value()).isEqualTo(0.0005);
        answer = "{\"compared\":2000,\"differing\":2,\"at\":\"2026-03-01T11:30:00.123Z\",\"waiting\":0,\"changed\":7}";
        assertThat(read(parity()).value()).as("as the bridge says it").isEqualTo(0.001);
        answer = "{\"compared\":2000,\"differing\":1,\"at\":\"2026-03-01T10:59:00Z\"}";
        assertThat(read(parity()).words()).contains("no data", "at most PT1H ago");
        answer = "{\"compared\":2000,\"differing\":1,\"at\":\"2026-03-01T12:30:00Z\"}";
        assertThat(read(parity()).value()).as("from the future").isNull();
    }

    /** The limit is 0.1 %. */
    @Test
    void recordsThatWaitKeepFromPassingAndFailNothing() throws Exception {
        answer = "{\"compared\":2000,\"differing\":1,\"at\":\"2026-03-01T12:00:00Z\",\"waiting\":5}";
        Gate.Probed gate = parity();
        assertThat(read(gate).value()).isEqualTo(6.0 / 2005);
        clock.advance(Duration.ofMinutes(1));
        assertThat(read(gate).beyondFor()).isEqualTo(Duration.ZERO);
        assertThat(read(gate).words()).isEqualTo("1 of 2000 records differ, 5 more wait, at 2026-03-01T12:00:00Z");
        answer = answer.replace("\"differing\":1", "\"differing\":3");
        assertThat(read(gate).beyondFor()).isEqualTo(Duration.ZERO);
        clock.advance(Duration.ofMinutes(1));
        assertThat(read(gate).beyondFor()).isEqualTo(Duration.ofMinutes(1));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    200 | {"lagMillis": null}                                                   | no lagMillis
                    200 | {"lagMillis": -1}                                                     | no lagMillis
                    200 | {"lagMillis": "5"}                                                    | no lagMillis
                    200 | []                                                                    | no lagMillis
                    200 | <html>                                                                | no JSON
                    503 | {"lagMillis": 1}                                                      | status 503 (expected: 200)
                    302 | {"lagMillis": 1}                                                      | status 302 (expected: 200)
                    """)
    void oddAnswersAreNoLag(int code, String body, String why) throws Exception {
        status = code;
        answer = body;
        Observation observation = read(lag());
        assertThat(observation.value()).isNull();
        assertThat(observation.words()).startsWith("no data").contains(why);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {"compared": 0, "differing": 0, "at": "2026-03-01T12:00:00Z"}
                    {"compared": 5, "differing": 6, "at": "2026-03-01T12:00:00Z"}
                    {"compared": 5, "differing": -1, "at": "2026-03-01T12:00:00Z"}
                    {"compared": 5, "at": "2026-03-01T12:00:00Z"}
                    {"compared": 5, "differing": 0}
                    {"compared": 5, "differing": 0, "waiting": -1, "at": "2026-03-01T12:00:00Z"}
                    {"compared": 5, "differing": 0, "waiting": "1", "at": "2026-03-01T12:00:00Z"}
                    {"compared": 5, "differing": 0, "at": "yesterday"}
                    """)
    void oddAnswersAreNoParity(String body) throws Exception {
        answer = body;
        assertThat(read(parity()).value()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "127.0.0.1"})
    void whereNoRuleMayLeadNobodyIsAsked(String host) throws Exception {
        answer = "{\"lagMillis\": 1}";
        var gate = new Gate.CdcLag(
                URI.create(here().toString().replace("localhost", host)), List.of(), Duration.ofSeconds(5), true);
        forbidden = server.getAddress().getPort();
        assertThat(read(gate).words()).contains("no data", host + " leads where no rule may");
        forbidden = 0;
        assertThat(read(gate).value()).isEqualTo(1);
    }

    @Test
    void whoAnswersNothingOrTooMuchOrNeverIsNoData() throws Exception {
        answer = "{\"lagMillis\": 1, \"x\": \"" + "x".repeat(70_000) + "\"}";
        assertThat(read(lag()).value()).isNull();
        server.stop(0);
        assertThat(read(lag()).words()).startsWith("no data");
        try (var silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            var gate = new Gate.CdcLag(
                    URI.create("http://localhost:" + silent.getLocalPort()), List.of(), Duration.ofSeconds(5), true);
            assertThat(read(gate).words()).startsWith("no data");
        }
    }

    @Test
    void aTimeOfDayThatIsSetMakesNothingOldAndNothingLast() throws Exception {
        Gate.Probed gate = lag();
        answer = "{\"lagMillis\":9000}";
        assertThat(read(gate).beyondFor()).isEqualTo(Duration.ZERO);
        for (Duration step : List.of(Duration.ofHours(5), Duration.ofHours(-10))) {
            clock.advance(Duration.ofSeconds(2));
            timeOfDay.advance(step);
            assertThat(Objects.requireNonNull(probes.of(plan(gate)).get(gate)).value())
                    .isEqualTo(9000.0);
        }
        assertThat(read(gate).beyondFor()).isEqualTo(Duration.ofSeconds(4));
    }

    @Test
    void beyondItsLimitCountsFromTheFirstValueAndEndsWithOneThatIsNotOrWithNone() throws Exception {
        var gate = lag();
        answer = "{\"lagMillis\": 6000}";
        assertThat(read(gate).beyondFor()).isEqualTo(Duration.ZERO);
        clock.advance(Duration.ofSeconds(8));
        assertThat(read(gate).beyondFor()).isEqualTo(Duration.ofSeconds(8));
        clock.advance(Duration.ofSeconds(4));
        assertThat(read(gate).beyondFor()).isEqualTo(Duration.ofSeconds(12));
        answer = "{\"lagMillis\": 5000}";
        assertThat(read(gate).beyondFor()).isEqualTo(Duration.ZERO);
        answer = "{\"lagMillis\": 6000}";
        clock.advance(Duration.ofSeconds(8));
        assertThat(read(gate).beyondFor()).isEqualTo(Duration.ZERO);
    }
}
