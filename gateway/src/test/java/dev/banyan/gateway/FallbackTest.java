package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who answers when the candidate does not: each way to fail, over sockets. */
@ParameterizedClass
@EnumSource(value = Way.class, names = "EPOLL", mode = EnumSource.Mode.EXCLUDE)
class FallbackTest {

    @Parameter
    Way way;

    @TempDir
    static Path folder;

    private static ScriptedServer legacy;
    private static ScriptedServer candidate;
    private static TestGateway gateway;

    @BeforeParameterizedClassInvocation
    static void start(Way way) throws Exception {
        TestGateway.take(way);
        legacy = new ScriptedServer("legacy");
        candidate = new ScriptedServer("candidate");
        int dead = 1; // where nobody listens, and which nobody is given by chance
        gateway = TestGateway.start(folder, """
                backends:
                  - {name: legacy, url: "%s", baseline: true, adaptiveLimit: {target: 250ms}}
                  - {name: new, url: "%s", timeouts: {request: 300ms}, circuitBreaker: {windowCalls: 1000, minCalls: 1000}}
                  - {name: dead, url: "http://127.0.0.1:%d"}
                  - name: fragile
                    url: "%s"
                    circuitBreaker: {failureRate: 50%%, windowCalls: 2, minCalls: 2, openFor: 1h, trialCalls: 1}
                routes:
                  - {name: live, matches: [{path: {type: PathPrefix, value: /live}}], candidate: new, stage: live, weight: 100%%}
                  - {name: alone, matches: [{path: {type: PathPrefix, value: /alone}}], candidate: new, stage: live, weight: 100%%, fallback: none}
                  - {name: complete, matches: [{path: {type: PathPrefix, value: /complete}}], candidate: new, stage: complete}
                  - {name: dead, matches: [{path: {type: PathPrefix, value: /dead}}], candidate: dead, stage: live, weight: 100%%}
                  - {name: fragile, matches: [{path: {type: PathPrefix, value: /fragile}}], candidate: fragile, stage: live, weight: 100%%}
                """.formatted(legacy.url(), candidate.url(), dead, candidate.url()));
        for (String path : new String[] {"/live", "/alone", "/complete", "/fragile"}) {
            for (int status : new int[] {500, 502, 503, 504}) {
                candidate.reply(path + "/" + status, "HTTP/1.1 " + status + " Bad\r\nContent-Length: 3\r\n\r\nbad");
            }
            candidate.on(path + "/reset", (_, wire) -> wire.reset());
            candidate.on(path + "/close", (_, wire) -> wire.close());
            candidate.on(
                    path + "/half", (_, wire) -> wire.send("HTTP/1.1 200 O").close());
            candidate.on(path + "/silent", (_, _) -> {});
            candidate.on(path + "/cut", (_, wire) -> wire.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart")
                    .close());
        }
    }

    @AfterParameterizedClassInvocation
    static void stop() throws IOException {
        gateway.close();
        candidate.close();
        legacy.close();
    }

    @ParameterizedTest
    @CsvSource({
        "/live/502, status_502", "/live/503, status_503", "/live/504, status_504",
        "/live/reset, reset", "/live/close, reset", "/live/half, reset",
        "/live/silent, timeout", "/dead, connect",
    })
    void aReadTheCandidateFailsIsServedByTheBaselineAndCountedAsItsError(String path, String reason) throws Exception {
        String route = path.split("/", -1)[1];
        var before = gateway.route(route);
        assertThat(gateway.ask("GET", path))
                .startsWith("HTTP/1.1 200")
                .contains("X-Banyan-Backend: legacy", "X-Banyan-Assigned: candidate")
                .endsWith("legacy");
        TestGateway.await(
                "counted",
                () -> gateway.route(route).path("fallbacks").asInt()
                        == before.path("fallbacks").asInt() + 1);
        var after = gateway.route(route);
        assertThat(after.at("/errors/candidate").asInt())
                .isEqualTo(before.at("/errors/candidate").asInt() + 1);
        assertThat(after.at("/failures/" + reason).asInt())
                .isEqualTo(before.at("/failures/" + reason).asInt() + 1);
    }

    @Test
    void theTimeTheCandidateTookIsNotTheBaselinesOwn() throws Exception {
        int lowered = 0;
        while (lowersTheBaselinesLimit("/live/silent")) {
            assertThat(++lowered)
                    .as("calls that lowered it, as a machine too busy does")
                    .isLessThan(5);
        }
    }

    private static boolean lowersTheBaselinesLimit(String path) throws IOException {
        var limit = java.util.Objects.requireNonNull(
                gateway.gateway().rules().current().baseline().adaptiveLimit());
        int before = limit.calls();
        assertThat(gateway.ask("GET", path)).endsWith("legacy");
        return limit.calls() < before;
    }

    @ParameterizedTest
    @ValueSource(strings = {"HEAD", "OPTIONS"})
    void otherSafeMethodsFallBackToo(String method) throws Exception {
        try (var wire = gateway.wire()) {
            wire.send(method + " /live/503 HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(wire.until("\r\n\r\n")).startsWith("HTTP/1.1 200").contains("X-Banyan-Backend: legacy");
        }
    }

    @Test
    void aReplyThatIsNoFailureIsTheCandidatesOwn() throws Exception {
        assertThat(gateway.ask("GET", "/live/500")).startsWith("HTTP/1.1 500").contains("X-Banyan-Backend: new");
    }

    @ParameterizedTest
    @CsvSource({
        "POST, 502, 502", "PUT, 503, 503", "DELETE, 504, 504", "PATCH, 502, 502",
        "POST, reset, 502", "POST, close, 502", "POST, half, 502", "POST, silent, 504",
    })
    void aWriteIsAskedOnceAndNeverOfTheBaseline(String method, String failure, int status) throws Exception {
        String target = "/live/" + failure + "?" + method;
        assertThat(gateway.ask(method + " " + target + " HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"))
                .startsWith("HTTP/1.1 " + status);
        assertThat(candidate.heads(target)).hasSize(1);
        assertThat(legacy.heads(target)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"reset, 'Content-Length: 0'", "close, 'Content-Length: 0'", "reset, 'X-No: body'", "close, 'X-No: body'"
    })
    void aWriteOnAConnectionThatWasUsedBeforeIsNotRepeatedEither(String failure, String header) throws Exception {
        String target = "/live/" + failure + "?used-" + header.charAt(0);
        assertThat(gateway.ask("GET", "/live/warm")).startsWith("HTTP/1.1 200");
        assertThat(gateway.ask("POST " + target + " HTTP/1.1\r\nHost: a\r\n" + header + "\r\n\r\n"))
                .startsWith("HTTP/1.1 502");
        assertThat(candidate.heads(target)).hasSize(1);
    }

    @Test
    void aReadWithABodyDoesNotFallBack() throws Exception {
        String target = "/live/503?body";
        assertThat(gateway.ask("GET " + target + " HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"))
                .startsWith("HTTP/1.1 503");
        assertThat(legacy.heads(target)).isEmpty();
    }

    @Test
    void nothingFallsBackOnceAHeadWasForwarded() throws Exception {
        try (var wire = gateway.wire()) {
            wire.send("GET /live/cut HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(wire.until("part")).startsWith("HTTP/1.1 200").contains("X-Banyan-Backend: new");
            assertThat(wire.ends()).isTrue();
        }
        assertThat(legacy.heads("/live/cut")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "/alone/503, 503",
        "/alone/reset, 502",
        "/alone/silent, 504",
        "/complete/503, 503",
        "/complete/close, 502"
    })
    void thereIsNoFallbackAtStageCompleteOrWhereTheRouteHasNone(String path, int status) throws Exception {
        assertThat(gateway.ask("GET", path)).startsWith("HTTP/1.1 " + status);
        assertThat(legacy.heads(path)).isEmpty();
    }

    @Test
    void anOpenBreakerSendsReadsToTheBaselineAndRefusesWrites() throws Exception {
        gateway.ask("GET", "/fragile/503");
        gateway.ask("GET", "/fragile/503");
        TestGateway.await("open", () -> gateway.gateway()
                .rules()
                .current()
                .backends()
                .get("fragile")
                .breakerState()
                .equals("open"));
        assertThat(gateway.ask("GET", "/fragile/fine"))
                .startsWith("HTTP/1.1 200")
                .endsWith("legacy");
        assertThat(gateway.ask("POST /fragile/fine HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"))
                .startsWith("HTTP/1.1 503")
                .containsIgnoringCase("retry-after");
        assertThat(candidate.heads("/fragile/fine")).isEmpty();
        TestGateway.await(
                "counted",
                () -> gateway.route("fragile").at("/failures/breaker_open").asInt() == 2);
    }
}
