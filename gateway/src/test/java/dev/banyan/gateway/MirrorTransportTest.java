package dev.banyan.gateway;

import static dev.banyan.gateway.TestGateway.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** What the other side says to a copy, byte by byte; callers of either path get their reply whatever that is. */
@ParameterizedClass
@EnumSource(
        value = Way.class,
        names = {"CHAIN", "HTTP2", "LEAN"})
class MirrorTransportTest {

    private static final String OK = "HTTP/1.1 200 OK\r\n";
    private static final String ABCDE = OK + "Content-Length: 5\r\n\r\nabcde";

    @TempDir
    static Path folder;

    private static ScriptedServer legacy;
    private static ScriptedServer other;
    private static TestGateway gateway;

    @Parameter
    Way way;

    @BeforeParameterizedClassInvocation
    static void start(Way way) throws Exception {
        TestGateway.take(way);
        legacy = new ScriptedServer("legacy");
        other = new ScriptedServer("other");
        var rules = new StringBuilder("""
                backends:
                  - {name: legacy, url: "%s", baseline: true, extraLoad: 100%%}
                  - {name: other, url: "%s"}
                routes:
                """.formatted(legacy.url(), other.url()));
        for (String name : List.of("alike", "broken", "large", "different", "hung", "always-other", "closing")) {
            boolean ends = List.of("alike", "large", "different").contains(name); // however busy the machine is
            rules.append("""
                      - name: %s
                        matches: [{path: {value: /%s}}]
                        candidate: other
                        stage: shadow
                        mirror: {percent: 100, timeout: %s, maxInFlight: %d}
                        compare: {noise: {percent: 0}}
                    """.formatted(
                    name, name, ends ? "30s" : "1s", name.equals("hung") || name.equals("always-other") ? 2 : 100));
        }
        rules.append("""
                  - name: filtered
                    matches: [{path: {value: /filtered}}]
                    candidate: other
                    stage: shadow
                    filters:
                      - "AddRequestHeader=X-Fig, 1"
                      - "RemoveRequestHeader=X-Old"
                      - "AddRequestParameter=v, 2"
                      - "SetStatus=200"
                      - "SetResponseHeader=Content-Type, text/plain"
                      - "RemoveResponseHeader=X-Total"
                    mirror: {percent: 100}
                    compare: {noise: {percent: 0}, headers: [content-type, x-total]}
                  - name: reversed
                    matches: [{path: {value: /reversed}}]
                    candidate: other
                    stage: live
                    weight: 100%
                    filters: ["AddRequestHeader=X-Fig, 1", "SetResponseHeader=Content-Type, text/plain"]
                    mirror: {percent: 100, reverse: true}
                    compare: {noise: {percent: 0}}
                  - name: answering
                    matches: [{path: {value: /answering}}]
                    candidate: other
                    stage: shadow
                    filters: ["RequestHeaderSize=100B"]
                    mirror: {percent: 100}
                """);
        gateway = TestGateway.start(folder, rules.toString());
    }

    @AfterParameterizedClassInvocation
    static void stop() throws Exception {
        gateway.close();
        other.close();
        legacy.close();
    }

    /** Has the other side play each script, while every caller gets {@code reply} of the baseline. */
    private static void playAll(String route, String reply, Map<String, ScriptedServer.Script> scripts)
            throws Exception {
        for (var script : scripts.entrySet()) {
            String target = "/" + route + "/" + script.getKey();
            legacy.reply(target, reply);
            other.on(target, script.getValue());
            assertThat(gateway.ask("GET", target)).startsWith("HTTP/1.1 200 OK").endsWith("abcde");
        }
        for (String name : scripts.keySet()) {
            String target = "/" + route + "/" + name;
            await("a copy of " + target, () -> !other.heads(target).isEmpty());
        }
        await(
                "no copy of " + route + " is left",
                () -> mirror(route).path("inFlight").asInt(-1) == 0);
    }

    private static ScriptedServer.Script bytes(String bytes) {
        return (_, wire) -> wire.send(bytes);
    }

    private static ScriptedServer.Script thenClose(String bytes) {
        return (_, wire) -> {
            wire.send(bytes);
            wire.close();
        };
    }

    /** Sends {@code piece} over and over, until nobody wants it any more. */
    private static ScriptedServer.Script endless(String begin, String piece) {
        return (_, wire) -> {
            wire.send(begin);
            try {
                while (true) {
                    wire.send(piece);
                }
            } catch (IOException e) {
                wire.close();
            }
        };
    }

    private static JsonNode mirror(String route) throws Exception {
        return gateway.route(route).path("mirror");
    }

    private static long sum(String route, String count) throws Exception {
        JsonNode found = mirror(route).path(count);
        return found.isObject()
                ? found.valueStream().mapToLong(each -> each.asLong(0)).sum()
                : found.asLong(-1);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aReplyThatIsFramedInAnotherWayIsTheSameReply() throws Exception {
        var scripts = new LinkedHashMap<String, ScriptedServer.Script>();
        scripts.put("early", bytes("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + ABCDE));
        scripts.put(
                "chunked", bytes(OK + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3\r\ncde\r\n0\r\nX-T: 1\r\n\r\n"));
        scripts.put("until-close", thenClose(OK + "Connection: close\r\n\r\nabcde"));
        scripts.put("old", thenClose("HTTP/1.0 200 OK\r\n\r\nabcde"));
        scripts.put("more-behind-it", bytes(ABCDE + "HTTP/1.1 200 OK\r\n\r\nnobody asked"));
        scripts.put("after-that", bytes(ABCDE));
        playAll("alike", ABCDE, scripts);

        legacy.reply("/alike/head", OK + "Content-Length: 5\r\n\r\n");
        other.reply("/alike/head", OK + "Content-Length: 700000\r\n\r\n");
        try (var wire = gateway.wire()) {
            wire.send("HEAD /alike/head HTTP/1.1\r\nHost: shop.test\r\n\r\n").until("\r\n\r\n");
        }
        legacy.reply("/alike/none", "HTTP/1.1 204 No Content\r\n\r\n");
        other.reply("/alike/none", "HTTP/1.1 204 No Content\r\n\r\n");
        gateway.ask("GET", "/alike/none");
        await("all compared", () -> sum("alike", "compared") == 8);
        assertThat(sum("alike", "mismatched")).isZero();
        assertThat(sum("alike", "copyErrors")).isZero();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aReplyThatIsNoneIsAnErrorOfTheCopy() throws Exception {
        var scripts = new LinkedHashMap<String, ScriptedServer.Script>();
        scripts.put("reset", (_, wire) -> {
            wire.send(OK + "Content-Length: 5\r\n\r\nab");
            wire.reset();
        });
        scripts.put("cut", thenClose(OK + "Content-Length: 5\r\n\r\nab"));
        scripts.put("cut-chunk", thenClose(OK + "Transfer-Encoding: chunked\r\n\r\n5\r\nab"));
        scripts.put("no-chunk", bytes(OK + "Transfer-Encoding: chunked\r\n\r\nzz\r\nabcde\r\n0\r\n\r\n"));
        scripts.put("two-lengths", bytes(OK + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcde"));
        scripts.put("switches", bytes("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nabcde"));
        scripts.put("long-head", bytes(OK + "X-Long: " + "x".repeat(80_000) + "\r\nContent-Length: 5\r\n\r\nabcde"));
        scripts.put("no-end", bytes(OK + "Content-Length: 5\r\n\r\nabcd"));
        scripts.put("interim", endless("", "HTTP/1.1 102 Processing\r\n\r\n"));
        playAll("broken", ABCDE, scripts);

        await("all failed", () -> sum("broken", "copyErrors") == scripts.size());
        assertThat(sum("broken", "compared")).isZero();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void anEndlessReplyIsLetGoAtTheLimit() throws Exception {
        var scripts = new LinkedHashMap<String, ScriptedServer.Script>();
        scripts.put("chunks", endless(OK + "Transfer-Encoding: chunked\r\n\r\n", "5\r\nabcde\r\n"));
        scripts.put("until-close", endless(OK + "\r\n", "abcde"));
        scripts.put("says-so", bytes(OK + "Content-Length: 9999999999\r\n\r\nabcde"));
        playAll("large", ABCDE, scripts);

        await("none compared", () -> sum("large", "notComparable") == scripts.size());
        assertThat(sum("large", "copyErrors")).isZero();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aReplyThatBeginsLikeTheOtherIsNotTheSame() throws Exception {
        var scripts = new LinkedHashMap<String, ScriptedServer.Script>();
        scripts.put("shorter", bytes(OK + "Content-Length: 4\r\n\r\nabcd"));
        scripts.put("longer", bytes(OK + "Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n1\r\nf\r\n0\r\n\r\n"));
        scripts.put("other-end", bytes(OK + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nxy\r\n0\r\n\r\n"));
        scripts.put("empty", bytes(OK + "Content-Length: 0\r\n\r\n"));
        scripts.put("status", bytes("HTTP/1.1 201 Created\r\nContent-Length: 5\r\n\r\nabcde"));
        scripts.put("type", bytes(OK + "Content-Type: text/csv\r\nContent-Length: 5\r\n\r\nabcde"));
        playAll("different", ABCDE, scripts);

        await("all compared", () -> sum("different", "compared") == scripts.size());
        assertThat(sum("different", "mismatched")).isEqualTo(scripts.size());
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void beyondItsPlacesARequestIsNotMirroredAndAPlaceComesBackInTime() throws Exception {
        legacy.reply("/hung", ABCDE);
        other.on("/hung", (_, _) -> {});
        for (int i = 0; i < 5; i++) {
            assertThat(gateway.ask("GET", "/hung/" + i)).endsWith("abcde");
        }
        await("both have had their time", () -> sum("hung", "copyErrors") >= 2);
        await("no place is taken", () -> mirror("hung").path("inFlight").asInt(-1) == 0);
        assertThat(other.heads("/hung").size()
                        + mirror("hung").path("skipped").path("busy").asInt(0))
                .isEqualTo(5);
        other.reply("/hung", ABCDE);
        gateway.ask("GET", "/hung/again");
        await("compared", () -> sum("hung", "compared") == 1);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aCandidateThatDiffersAlwaysIsComparedAsOftenAsAnother() throws Exception {
        legacy.reply("/always-other", ABCDE);
        other.reply("/always-other", OK + "Content-Length: 1\r\n\r\na");
        for (int i = 0; i < 5; i++) {
            gateway.ask("GET", "/always-other/" + i);
            int all = i + 1;
            await("all but the one that is asked again", () -> sum("always-other", "compared") >= all - 1);
        }
        await("all", () -> sum("always-other", "compared") == 5);
        assertThat(sum("always-other", "mismatched")).isEqualTo(5);
        assertThat(mirror("always-other").path("skipped").path("busy").asInt(0)).isZero();
        await("no place is taken", () -> mirror("always-other").path("inFlight").asInt(-1) == 0);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aConnectionThatWasClosedMeanwhileIsNoErrorOfTheOtherSide() throws Exception {
        var used = new ConcurrentHashMap<Wire, Boolean>();
        var closed = new AtomicInteger();
        legacy.reply("/closing", ABCDE);
        other.on("/closing", (_, wire) -> {
            if (used.put(wire, true) == null) {
                wire.send(ABCDE);
            } else {
                closed.incrementAndGet();
                wire.close();
            }
        });
        // Over one connection, so that its event loop has the connection of the copy before.
        try (var wire = gateway.wire()) {
            for (int i = 0; i < 6 || (closed.get() == 0 && i < 200); i++) { // a busy machine gives it back late
                assertThat(wire.send("GET /closing HTTP/1.1\r\nHost: shop.test\r\n\r\n")
                                .reply())
                        .endsWith("abcde");
                int all = i + 1;
                await("compared", () -> sum("closing", "compared") == all);
            }
        }
        assertThat(closed.get()).isPositive();
        assertThat(sum("closing", "copyErrors")).isZero();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aCopyToTheCandidateAndItsReplyPassTheFiltersOfTheRoute() throws Exception {
        legacy.reply("/filtered", OK + "Content-Type: text/plain\r\nContent-Length: 5\r\n\r\nabcde");
        other.reply(
                "/filtered",
                "HTTP/1.1 201 Created\r\nContent-Type: text/html\r\nX-Total: 7\r\nContent-Length: 5\r\n\r\nabcde");
        assertThat(gateway.ask(
                        "GET /filtered/a|b?x=%zz HTTP/1.1\r\nHost: shop.test\r\nX-Old: 1\r\nCookie: s=1\r\n\r\n"))
                .endsWith("abcde");
        await("compared", () -> sum("filtered", "compared") == 1);
        assertThat(sum("filtered", "mismatched")).isZero();
        assertThat(legacy.heads("/filtered").getFirst())
                .startsWith("GET /filtered/a|b?x=%zz HTTP/1.1")
                .containsIgnoringCase("X-Old: 1")
                .doesNotContainIgnoringCase("X-Fig");
        assertThat(other.heads("/filtered").getFirst())
                .startsWith("GET /filtered/a|b?")
                .contains("v=2", "X-Fig: 1", "X-Banyan-Mirror: ")
                .containsIgnoringCase("Host: shop.test")
                .containsIgnoringCase("Cookie: s=1")
                .doesNotContainIgnoringCase("X-Old");

        other.reply("/filtered", OK + "Content-Length: 5\r\n\r\nabcdX");
        gateway.ask("GET", "/filtered/2");
        await("another body still counts", () -> sum("filtered", "mismatched") == 1);
        other.on("/filtered", (_, wire) -> wire.reset());
        gateway.ask("GET", "/filtered/3");
        await("a failure still counts", () -> sum("filtered", "copyErrors") == 1);
        await("no place is taken", () -> mirror("filtered").path("inFlight").asInt(-1) == 0);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aCopyToTheBaselinePassesNoFiltersAndIsComparedWithWhatTheCallerGot() throws Exception {
        legacy.reply("/reversed", OK + "Content-Type: text/plain\r\nContent-Length: 5\r\n\r\nabcde");
        other.reply("/reversed", OK + "Content-Type: text/html\r\nContent-Length: 5\r\n\r\nabcde");
        assertThat(gateway.ask("GET", "/reversed")).containsIgnoringCase("Content-Type: text/plain");
        await("compared", () -> sum("reversed", "compared") == 1);
        assertThat(sum("reversed", "mismatched")).isZero();
        assertThat(legacy.heads("/reversed")).hasSize(1).noneMatch(head -> head.contains("X-Fig"));
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aRequestThatAFilterAnswersIsNotMirrored() throws Exception {
        legacy.reply("/answering", ABCDE);
        gateway.ask("GET /answering HTTP/1.1\r\nHost: shop.test\r\nX-Long: " + "x".repeat(200) + "\r\n\r\n");
        await(
                "counted",
                () -> mirror("answering").path("skipped").path("no_reply").asInt(0) == 1);
        assertThat(other.heads("/answering")).isEmpty();
        assertThat(mirror("answering").path("inFlight").asInt(-1)).isZero();
    }
}
