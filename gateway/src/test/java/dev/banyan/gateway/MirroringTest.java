package dev.banyan.gateway;

import static dev.banyan.gateway.TestGateway.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.gateway.compare.Comparison;
import dev.banyan.rules.gate.Mismatches;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Requests that are also sent to the side that does not answer the caller, over real sockets. */
final class MirroringTest {

    @TempDir
    Path folder;

    private ScriptedServer legacy;
    private ScriptedServer catalog;

    @BeforeEach
    void servers() throws Exception {
        legacy = new ScriptedServer("legacy");
        catalog = new ScriptedServer("catalog");
    }

    @AfterEach
    void stop() throws Exception {
        legacy.close();
        catalog.close();
    }

    private static String json(String body) {
        return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n"
                + body;
    }

    private String rules(String route) {
        return """
                backends:
                  - {name: legacy, url: "%s", baseline: true, extraLoad: 100%%, cookies: [JSESSIONID]}
                  - {name: catalog, url: "%s"}
                cohorts:
                  - {name: shopper, key: [{header: X-Customer-Id}], salt: s}
                routes:
                  - name: browse
                    matches: [{path: {value: /catalog}}]
                    candidate: catalog
                    cohort: shopper
                """.formatted(legacy.url(), catalog.url()) + route.indent(4);
    }

    private TestGateway shadow() throws Exception {
        return TestGateway.start(
                folder, rules("stage: shadow\nmirror: {percent: 100, timeout: 1s}\ncompare: {noise: {percent: 0}}"));
    }

    private static JsonNode mirror(TestGateway gateway) throws Exception {
        return gateway.route("browse").path("mirror");
    }

    /** Waits until a count has a value, and shows all counts when it has not. */
    private static void awaitCount(TestGateway gateway, String name, long value) throws Exception {
        try {
            await(name, () -> count(gateway, name) == value);
        } catch (AssertionError e) {
            throw new AssertionError(name + " " + value + " in " + mirror(gateway), e);
        }
    }

    private static long count(TestGateway gateway, String name) throws Exception {
        JsonNode count = mirror(gateway).path(name);
        return count.isObject()
                ? count.valueStream().mapToLong(each -> each.asLong(0)).sum()
                : count.asLong(-1);
    }

    @Test
    void theAdminApiShowsHowTheSidesDiffer() throws Exception {
        legacy.reply("/catalog", json("{\"price\":1,\"token\":\"S3CRET\"}"));
        catalog.reply("/catalog", json("{\"price\":2,\"token\":\"S3CRET\"}"));
        try (var gateway = shadow()) {
            gateway.ask("GET", "/catalog/7?page=2&token=S3CRET");
            await(
                    "a difference",
                    () -> gateway.admin("/admin/diff?route=browse")
                                    .path("compared")
                                    .asInt(0)
                            == 1);

            JsonNode found = gateway.admin("/admin/diff?route=browse");
            assertThat(found.path("groups").path(0).path("key").path("path").asString(""))
                    .isEqualTo("$.price");
            assertThat(found.path("text").asString(""))
                    .contains(
                            "1 compared", "GET /catalog/7?page=2", "baseline:  1", "candidate: 2", "path: \"$.price\"");
            assertThat(found.toString()).doesNotContain("S3CRET").contains("confirmed");
            assertThat(found.path("ignorable").toString())
                    .isEqualTo("[{\"section\":\"json\",\"key\":\"path\",\"place\":\"$.price\"}]");
            assertThat(gateway.adminText("/admin/diff?route=nobody"))
                    .isEqualTo("{\"error\":\"route: nobody (expected: the name of a route)\"}");
        }
    }

    @Test
    void aSelectorThatIsNoneKeepsTheRulesInForce() throws Exception {
        try (var gateway = shadow()) {
            gateway.save(rules("""
                    stage: shadow
                    mirror: {percent: 100}
                    compare: {html: {ignore: [{selector: "p[", reason: broken}]}}
                    """));
            await(
                    "refused",
                    () -> gateway.admin("/admin/rules").path("rejections").asInt(0) == 1);

            assertThat(gateway.adminText("/admin/rules")).contains("compare.html.ignore.selector", "a CSS selector");
        }
    }

    @Test
    void theCallerGetsTheBaselinesReplyAndTheCandidateTheSameRequest() throws Exception {
        legacy.reply("/catalog", json("{\"a\":1}"));
        catalog.reply("/catalog", json("{\"a\":1.0}"));
        try (var gateway = shadow()) {
            String reply = gateway.ask(
                    "GET /catalog/7?x=%31 HTTP/1.1\r\nHost: shop.test\r\nCookie: JSESSIONID=1; s=1\r\nX-A: b\r\n\r\n");
            assertThat(reply).contains("{\"a\":1}").contains("X-Banyan-Assigned: baseline");
            awaitCount(gateway, "compared", 1);
            assertThat(count(gateway, "mismatched")).isZero();
            List<String> copies = catalog.heads("/catalog");
            assertThat(copies).hasSize(1);
            assertThat(copies.getFirst())
                    .startsWith("GET /catalog/7?x=%31 HTTP/1.1\r\n")
                    .contains("Host: shop.test\r\n")
                    .containsIgnoringCase("\r\nCookie: s=1\r\n")
                    .contains("X-A: b\r\n")
                    .contains("X-Banyan-Mirror: ");
            assertThat(legacy.heads("/catalog"))
                    .hasSize(1)
                    .noneMatch(head -> head.contains("X-Banyan-Mirror"))
                    .allMatch(head -> head.contains("Cookie: JSESSIONID=1; s=1\r\n"));
        }
    }

    @Test
    void aDifferenceThatStaysIsConfirmedAndItsEvidenceIsKept() throws Exception {
        legacy.reply("/catalog", json("{\"price\":10.99}"));
        catalog.reply("/catalog", json("{\"price\":11}"));
        try (var gateway = shadow()) {
            gateway.ask("GET", "/catalog/7");
            awaitCount(gateway, "compared", 1);
            assertThat(mirror(gateway).path("mismatched").path("behavioural").asLong(0))
                    .isEqualTo(1);
            var group = gateway.gateway()
                    .mirrors()
                    .evidence()
                    .snapshot("browse")
                    .groups()
                    .getFirst();
            assertThat(group.key().path()).isEqualTo("$.price");
            assertThat(group.confirmed()).isEqualTo(1);
            assertThat(legacy.heads("/catalog")).hasSize(2);
        }
    }

    @Test
    void aDifferenceThatIsGoneAMomentLaterIsTransient() throws Exception {
        legacy.reply("/catalog", json("{\"stock\":5}"));
        catalog.on(
                "/catalog",
                (_, wire) ->
                        wire.send(json(catalog.heads("/catalog").size() == 1 ? "{\"stock\":6}" : "{\"stock\":5}")));
        try (var gateway = shadow()) {
            gateway.ask("GET", "/catalog/7");
            awaitCount(gateway, "compared", 1);
            assertThat(count(gateway, "mismatched")).isZero();
            var group = gateway.gateway()
                    .mirrors()
                    .evidence()
                    .snapshot("browse")
                    .groups()
                    .getFirst();
            assertThat(group.transientOnes()).isEqualTo(1);
        }
    }

    @Test
    void whateverTheCandidateDoesTheCallerNeverNotices() throws Exception {
        legacy.reply("/catalog", json("{}"));
        catalog.on("/catalog/hung", (_, _) -> {});
        catalog.on("/catalog/cut", (_, wire) -> wire.close());
        catalog.reply("/catalog/half", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
        catalog.reply("/catalog/failing", "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n");
        catalog.reply("/catalog/odd", "no HTTP at all\r\n\r\n");
        catalog.reply("/catalog/moved", "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n");
        try (var gateway = shadow()) {
            for (String path : List.of("hung", "cut", "half", "failing", "odd", "moved")) {
                assertThat(gateway.ask("GET", "/catalog/" + path))
                        .startsWith("HTTP/1.1 200 OK")
                        .endsWith("{}");
            }
            awaitCount(gateway, "copies", 6);
            assertThat(count(gateway, "copyErrors")).isEqualTo(5);
            awaitCount(gateway, "notComparable", 4); // all but the one that answered 5xx
            assertThat(catalog.heads("/elsewhere")).isEmpty();
            awaitCount(gateway, "inFlight", 0);
        }
    }

    @Test
    void aCandidateThatCannotBeReachedIsAnErrorOfTheCopyOnly() throws Exception {
        catalog.close();
        try (var gateway = shadow()) {
            assertThat(gateway.ask("GET", "/catalog")).endsWith("legacy");
            awaitCount(gateway, "copyErrors", 1);
            awaitCount(gateway, "notComparable", 1);
            assertThat(gateway.route("browse").path("errors").path("candidate").asLong(-1))
                    .isZero();
        }
    }

    @Test
    void aWriteIsNotMirrored() throws Exception {
        try (var gateway = shadow()) {
            gateway.ask("POST /catalog HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 2\r\n\r\nhi");
            gateway.ask("DELETE", "/catalog/7");
            gateway.ask("GET", "/catalog");
            awaitCount(gateway, "copies", 1);
            assertThat(catalog.heads("/catalog")).allMatch(head -> head.startsWith("GET "));
        }
    }

    @Test
    void aWriteThatTheOtherSideCanBearIsMirroredWithItsBody() throws Exception {
        var bodies = new java.util.concurrent.CopyOnWriteArrayList<String>();
        catalog.on("/catalog", (head, wire) -> {
            String length = head.replaceAll("(?is).*content-length: (\\d+).*", "$1");
            bodies.add(length.equals(head) ? "" : wire.bytes(Integer.parseInt(length)));
            wire.send(json("{}"));
        });
        legacy.on("/catalog", (head, wire) -> {
            boolean chunked = head.toLowerCase(java.util.Locale.ROOT).contains("chunked");
            wire.until(chunked ? "0\r\n\r\n" : "!");
            wire.send(json("{}"));
        });
        String rules =
                rules("stage: shadow\nmirror: {percent: 100, methods: [POST], writes: sandboxed, maxBodySize: 1KiB}");
        try (var gateway = TestGateway.start(folder, rules)) {
            gateway.ask("POST /catalog/1 HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 6\r\n\r\nhello!");
            String chunked = "POST /catalog/2 HTTP/1.1\r\nHost: shop.test\r\nTransfer-Encoding: chunked\r\n\r\n";
            gateway.ask(chunked + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
            gateway.ask("POST /catalog/3 HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 2000\r\n\r\n" + "x".repeat(1999)
                    + "!");
            awaitCount(gateway, "compared", 2);
            assertThat(bodies).containsExactlyInAnyOrder("hello!", "abcde");
            assertThat(mirror(gateway).path("skipped").path("too_large").asLong(0))
                    .isEqualTo(1);
        }
    }

    /** What had come of it would be a whole request to the other side, and one that nobody made. */
    @ParameterizedTest
    @CsvSource({
        "false, Content-Length: 40000, ''",
        "false, Content-Length: 40000, half of it",
        "false, Transfer-Encoding: chunked, half of it",
        "true, Content-Length: 40000, half of it",
        "true, Transfer-Encoding: chunked, half of it"
    })
    void aRequestThatIsAnsweredBeforeItsEndIsNotMirrored(boolean chainOnly, String framing, String sent)
            throws Exception {
        legacy.on("/catalog", (_, wire) -> {
            wire.until(sent);
            wire.send("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        });
        String[] options = chainOnly ? new String[] {"--chain-only"} : new String[0];
        try (var gateway = TestGateway.start(
                        folder,
                        rules("stage: shadow\nmirror: {percent: 100, methods: [POST], writes: idempotent}"),
                        options);
                var client = gateway.wire()) {
            client.send("POST /catalog HTTP/1.1\r\nHost: shop.test\r\n" + framing + "\r\n\r\n"
                    + (framing.contains("chunked") ? "a\r\n" + sent + "\r\n" : sent));
            assertThat(client.until("\r\n\r\n")).startsWith("HTTP/1.1 401");
            await("decided", () -> count(gateway, "skipped") + count(gateway, "copies") > 0);
            assertThat(mirror(gateway).path("skipped").path("aborted").asLong(0))
                    .isEqualTo(1);
            assertThat(catalog.heads("/catalog")).isEmpty();
        }
    }

    @Test
    void aClientCannotForgeTheMarkAndACopyThatComesBackIsNotCopiedAgain() throws Exception {
        try (var gateway = shadow()) {
            gateway.ask("GET /catalog/1 HTTP/1.1\r\nHost: shop.test\r\nX-Banyan-Mirror: 1\r\n\r\n");
            await("mirrored", () -> catalog.heads("/catalog/1").size() == 1);
            assertThat(legacy.heads("/catalog/1")).noneMatch(head -> head.contains("X-Banyan-Mirror"));
            String mark = catalog.heads("/catalog/1").getFirst().replaceAll("(?s).*X-Banyan-Mirror: (\\S+).*", "$1");
            gateway.ask("GET /catalog/2 HTTP/1.1\r\nHost: shop.test\r\nX-Banyan-Mirror: " + mark + "\r\n\r\n");
            assertThat(legacy.heads("/catalog/2")).hasSize(1).allMatch(head -> head.contains(mark));
            gateway.ask("GET", "/catalog/3");
            await("the next is mirrored", () -> catalog.heads("/catalog/3").size() == 1);
            assertThat(catalog.heads("/catalog/2")).isEmpty();
        }
    }

    @Test
    void beyondItsLimitsARequestIsNotMirroredAndTheReasonIsCounted() throws Exception {
        legacy.reply("/catalog/large", json("\"" + "x".repeat(70_000) + "\""));
        legacy.reply("/catalog/unchanged", "HTTP/1.1 304 Not Modified\r\n\r\n");
        legacy.reply(
                "/catalog/stream", "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 2\r\n\r\nok");
        legacy.reply("/catalog/small", json("{}"));
        catalog.reply("/catalog/small", json("\"" + "x".repeat(70_000) + "\""));
        try (var gateway = shadow()) {
            for (String path : List.of("large", "unchanged", "stream", "small")) {
                gateway.ask("GET", "/catalog/" + path);
            }
            awaitCount(gateway, "notComparable", 1);
            JsonNode skipped = mirror(gateway).path("skipped");
            assertThat(skipped.path("too_large").asLong(0)).isEqualTo(1);
            assertThat(skipped.path("conditional").asLong(0)).isEqualTo(1);
            assertThat(skipped.path("stream").asLong(0)).isEqualTo(1);
            assertThat(catalog.heads("/catalog")).hasSize(1);
        }
    }

    @Test
    void aCandidatesLongReplyDoesNotHideItsStatus() throws Exception {
        legacy.reply("/catalog", json("{}"));
        String longBody = json("\"" + "x".repeat(70_000) + "\"");
        catalog.reply("/catalog/said", longBody.replace("200 OK", "404 Not Found"));
        catalog.reply(
                "/catalog/chunked",
                "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n11170\r\n"
                        + "x".repeat(70_000) + "\r\n0\r\n\r\n");
        catalog.reply("/catalog/well", longBody);
        try (var gateway = shadow()) {
            for (String path : List.of("said", "chunked", "well")) {
                gateway.ask("GET", "/catalog/" + path);
            }
            awaitCount(gateway, "mismatched", 2);
            awaitCount(gateway, "notComparable", 1);
            var found = gateway.gateway().mirrors().evidence().snapshot("browse");
            assertThat(found.groups().getFirst().key().path()).isEqualTo("status");
            assertThat(found.groups().getFirst().confirmed()).isEqualTo(2);
            assertThat(found.notComparable()).containsEntry(Comparison.Reason.TOO_LARGE, 1L);
        }
    }

    /** A browser asks for what is new; the baseline does not understand, and the candidate does. */
    @Test
    void whatTheCallerHasDoesNotDecideWhatIsCompared() throws Exception {
        legacy.reply("/catalog", json("{}"));
        catalog.on("/catalog", (head, wire) -> {
            boolean conditional = head.contains("If-None-Match") || head.contains("Range: ");
            wire.send(
                    head.startsWith("PUT") && conditional
                            ? "HTTP/1.1 412 Precondition Failed\r\nContent-Length: 0\r\n\r\n"
                            : conditional ? "HTTP/1.1 304 Not Modified\r\n\r\n" : json("{}"));
        });
        try (var gateway = TestGateway.start(
                folder,
                rules("stage: shadow\nmirror: {percent: 100, methods: [GET, PUT], writes: sandboxed}\n"
                        + "compare: {noise: {percent: 0}}"))) {
            String asks = " /catalog HTTP/1.1\r\nHost: shop.test\r\n";
            gateway.ask(
                    "GET" + asks + "If-None-Match: \"a\"\r\nIf-Modified-Since: Thu, 26 Nov 2026 00:00:00 GMT\r\n\r\n");
            gateway.ask("GET" + asks + "Range: bytes=0-0\r\nIf-Range: \"a\"\r\n\r\n");
            gateway.ask("PUT" + asks + "If-None-Match: *\r\nContent-Length: 0\r\n\r\n");
            awaitCount(gateway, "copies", 3);
            awaitCount(gateway, "compared", 2);
            assertThat(count(gateway, "mismatched")).isZero();
            assertThat(mirror(gateway).path("skipped").path("conditional").asLong(0))
                    .isEqualTo(1);
            assertThat(legacy.heads("/catalog").getFirst()).contains("If-None-Match: \"a\"");
        }
    }

    /** What is equal counts without being unpacked; a gate must not pass over all the rest. */
    @Test
    void whatCannotBeComparedIsToldToTheGates() throws Exception {
        String head = "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 1\r\n\r\n";
        legacy.reply("/catalog", head + "a");
        catalog.on("/catalog", (line, wire) -> wire.send(head + (line.contains("/catalog/wrong") ? "b" : "a")));
        try (var gateway = shadow()) {
            for (int i = 0; i < 10; i++) {
                gateway.ask("GET", i < 7 ? "/catalog/" + i : "/catalog/wrong");
            }
            awaitCount(gateway, "notComparable", 3);
            awaitCount(gateway, "compared", 7);
            assertThat(gateway.gateway().mirrors().counts("browse").mismatches())
                    .isEqualTo(new Mismatches(7, 0, 0, 0, 3));
        }
    }

    /** Many clients that send slowly would else hold more than all pairs together may. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRequestsBodyTakesMemoryFromItsFirstPieceOnAndGivesAllOfItBack(boolean chainOnly) throws Exception {
        for (ScriptedServer each : List.of(legacy, catalog)) {
            each.on("/catalog", (_, wire) -> {
                wire.until("!");
                wire.send(json("{}"));
            });
        }
        String rules =
                rules("stage: shadow\nmirror: {percent: 100, methods: [POST], writes: sandboxed, maxBodySize: 64KiB}");
        String[] options = chainOnly ? new String[] {"--chain-only"} : new String[0];
        try (var gateway = TestGateway.start(folder, rules, options)) {
            String half =
                    "POST /catalog HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 40001\r\n\r\n" + "x".repeat(30_000);
            try (var gone = gateway.wire();
                    var slow = gateway.wire()) {
                gone.send(half);
                slow.send(half);
                await("both are counted", () -> memory(gateway) >= 60_000);
                gone.reset();
                await("one is", () -> memory(gateway) >= 30_000 && memory(gateway) < 60_000);
                assertThat(slow.send("x".repeat(10_000) + "!").reply()).endsWith("{}");
            }
            awaitCount(gateway, "compared", 1);
            await("all is given back", () -> memory(gateway) == 0);
            assertThat(mirror(gateway).path("skipped").path("aborted").asLong(0))
                    .isEqualTo(1);
        }
    }

    private static long memory(TestGateway gateway) throws Exception {
        return gateway.adminText("/metrics")
                .lines()
                .filter(line -> line.startsWith("banyan_mirror_memory_bytes "))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(line.indexOf(' '))))
                .sum();
    }

    @Test
    void copiesBeyondTheRoutesLimitAreDroppedNotQueued() throws Exception {
        catalog.on("/catalog", (_, _) -> {});
        try (var gateway = TestGateway.start(
                folder, rules("stage: shadow\nmirror: {percent: 100, timeout: 30s, maxInFlight: 2}"))) {
            for (int i = 0; i < 5; i++) {
                assertThat(gateway.ask("GET", "/catalog/" + i)).endsWith("legacy");
            }
            assertThat(mirror(gateway).path("skipped").path("busy").asLong(0)).isEqualTo(3);
            await("two were asked", () -> catalog.heads("/catalog").size() == 2);
        }
    }

    @Test
    void aReplyThatIsTooLongHoldsNoPlaceUntilItsCallerHasIt() throws Exception {
        legacy.on("/catalog/endless", (_, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n11170\r\n" + "x".repeat(70_000) + "\r\n");
            wire.toItsEnd();
        });
        try (var gateway = TestGateway.start(
                        folder,
                        rules(
                                "stage: shadow\nmirror: {percent: 100, maxInFlight: 1}\ncompare: {noise: {percent: 0}}"));
                var slow = gateway.wire()) {
            slow.send("GET /catalog/endless HTTP/1.1\r\nHost: shop.test\r\n\r\n");
            slow.until("x".repeat(1_000));
            await(
                    "given up",
                    () -> mirror(gateway).path("skipped").path("too_large").asLong(0) == 1
                            || count(gateway, "inFlight") == 0);
            gateway.ask("GET", "/catalog/next");
            await("decided", () -> count(gateway, "compared") + count(gateway, "notComparable") == 1);
            slow.reset();
            await("all is given back", () -> count(gateway, "inFlight") == 0 && memory(gateway) == 0);
            assertThat(count(gateway, "skipped")).isEqualTo(1);
        }
    }

    @Test
    void whileTheCandidateServesTheBaselineIsAskedWithinItsExtraLoad() throws Exception {
        legacy.reply("/catalog", json("{}"));
        catalog.reply("/catalog", json("{}"));
        String live = rules(
                "stage: live\nweight: 100%\nmirror: {percent: 100, reverse: true}\ncompare: {noise: {percent: 0}}");
        try (var gateway = TestGateway.start(folder, live.replace("extraLoad: 100%", "extraLoad: 5%"))) {
            for (int i = 0; i < 100; i++) {
                assertThat(gateway.ask("GET", "/catalog/" + i)).contains("X-Banyan-Assigned: candidate");
            }
            // 20 are saved up at first, and the 99 requests after the first bring in a twentieth each.
            awaitCount(gateway, "compared", 24);
            assertThat(legacy.heads("/catalog")).hasSize(24).allMatch(head -> head.contains("X-Banyan-Mirror"));
            assertThat(mirror(gateway).path("skipped").path("extra_load").asLong(0))
                    .isEqualTo(76);
        }
    }

    /** Replies are compared with replies that were equal to another and are not kept either. */
    @Test
    void whileTheCandidateServesTheBaselineIsAskedTwiceOfPairsThatAreEqual() throws Exception {
        legacy.reply("/catalog", json("{\"a\":1}"));
        catalog.reply("/catalog", json("{\"a\":1}"));
        String live =
                "stage: live\nweight: 100%\nmirror: {percent: 100, reverse: true}\ncompare: {noise: {percent: 100}}";
        try (var gateway = TestGateway.start(folder, rules(live))) {
            for (int i = 0; i < 5; i++) {
                gateway.ask("GET", "/catalog/" + i);
            }
            var evidence = gateway.gateway().mirrors().evidence();
            await("asked twice", () -> evidence.snapshot("browse").controls() == 5);
            assertThat(legacy.heads("/catalog")).hasSize(10);
        }
    }

    @Test
    void theBaselineIsAskedTwiceToSeeHowItDiffersFromItself() throws Exception {
        legacy.on(
                "/catalog",
                (_, wire) ->
                        wire.send(json("{\"at\":" + legacy.heads("/catalog").size() % 10 + "}")));
        catalog.on(
                "/catalog",
                (_, wire) ->
                        wire.send(json("{\"at\":" + (legacy.heads("/catalog").size() % 10) + "}")));
        try (var gateway = TestGateway.start(
                folder,
                rules("stage: shadow\nmirror: {percent: 100}\n"
                        + "compare: {noise: {percent: 100}, json: {ignore: [{path: $.other, reason: none}]}}"))) {
            gateway.ask("GET", "/catalog");
            await(
                    "asked twice",
                    () -> gateway.gateway()
                                    .mirrors()
                                    .evidence()
                                    .snapshot("browse")
                                    .controls()
                            == 1);
            assertThat(gateway.gateway().mirrors().evidence().snapshot("browse").controlsMismatched())
                    .isEqualTo(1);
        }
    }

    /** Else a clock, which differs in every pair, would never be seen to be one. */
    @Test
    void howTheBaselineDiffersFromItselfIsSeenOfPairsThatDifferToo() throws Exception {
        var asked = new AtomicInteger();
        for (ScriptedServer each : List.of(legacy, catalog)) {
            each.on("/catalog", (_, wire) -> wire.send(json("{\"at\":" + asked.incrementAndGet() % 10 + "}")));
        }
        try (var gateway = TestGateway.start(
                folder, rules("stage: shadow\nmirror: {percent: 100}\ncompare: {noise: {percent: 100}}"))) {
            for (int i = 0; i < 5; i++) {
                gateway.ask("GET", "/catalog/" + i);
            }
            awaitCount(gateway, "compared", 5);
            var evidence = gateway.gateway().mirrors().evidence();
            await("all are controls", () -> evidence.snapshot("browse").controls() == 5);
            assertThat(legacy.heads("/catalog")).hasSize(10);
        }
    }

    @Test
    void aComparisonByOldRulesIsNotFiledWithThoseByNewOnes() throws Exception {
        var asked = new AtomicInteger();
        var slow = new CountDownLatch(1);
        legacy.reply("/catalog", json("{\"a\":1,\"at\":1}"));
        catalog.on("/catalog", (_, wire) -> {
            if (asked.incrementAndGet() == 1) {
                awaitQuietly(slow);
            }
            wire.send(json("{\"a\":1,\"at\":2}"));
        });
        String before = "stage: shadow\nmirror: {percent: 100, timeout: 30s}\ncompare: {noise: {percent: 0}";
        try (var gateway = TestGateway.start(folder, rules(before + "}"))) {
            gateway.ask("GET", "/catalog/old");
            await("asked", () -> asked.get() == 1);
            gateway.save(rules(before + ", json: {ignore: [{path: $.at, reason: clock}]}}"));
            var evidence = gateway.gateway().mirrors().evidence();
            await("begun anew", () -> {
                gateway.ask("GET", "/catalog/new");
                return evidence.snapshot("browse").ignored() > 0;
            });
            slow.countDown();
            await("the old one is done", () -> mirrorIsIdle(gateway));
            assertThat(evidence.snapshot("browse").groups()).isEmpty();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Of every route, also by rules that hold no more: their bodies have given their memory back. */
    private static boolean mirrorIsIdle(TestGateway gateway) throws Exception {
        return memory(gateway) == 0;
    }

    @Test
    void anEditOfWhatIsComparedBeginsTheEvidenceAnewAndAnotherWeightDoesNot() throws Exception {
        legacy.reply("/catalog", json("{\"a\":1}"));
        catalog.reply("/catalog", json("{\"a\":1}"));
        try (var gateway = shadow()) {
            gateway.ask("GET", "/catalog");
            awaitCount(gateway, "compared", 1);
            String live = rules(
                    "stage: live\nweight: 1%\nmirror: {percent: 100, timeout: 1s}\ncompare: {noise: {percent: 0}}");
            gateway.save(live);
            await(
                    "live",
                    () -> gateway.route("browse").path("stage").asString("").equals("live"));
            gateway.ask("GET", "/catalog");
            var evidence = gateway.gateway().mirrors().evidence();
            await("compared again", () -> evidence.snapshot("browse").compared() == 2);
            gateway.save(live.replace("noise: {percent: 0}", "noise: {percent: 0}, status: class"));
            await("begun anew", () -> {
                gateway.ask("GET", "/catalog");
                return evidence.snapshot("browse").compared() < 2;
            });
        }
    }

    @Test
    void aHundredConnectionsOfBodiesOfEveryShapeLoseNothing() throws Exception {
        legacy.reply("/catalog/empty", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        legacy.reply("/catalog/none", "HTTP/1.1 204 No Content\r\n\r\n");
        legacy.reply(
                "/catalog/chunked",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
        legacy.reply("/catalog/length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde");
        legacy.on("/catalog/close", (_, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabcde");
            wire.close();
        });
        catalog.reply("/catalog/empty", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
        catalog.reply("/catalog/none", "HTTP/1.1 204 No Content\r\n\r\n");
        for (String path : List.of("chunked", "length", "close")) {
            catalog.reply("/catalog/" + path, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde");
        }
        try (var gateway = shadow()) {
            List<String> paths = List.of("empty", "none", "chunked", "length", "close");
            for (int i = 0; i < 100; i++) {
                String path = paths.get(i % paths.size());
                boolean hasBody = !path.equals("empty") && !path.equals("none");
                assertThat(gateway.ask("GET", "/catalog/" + path).contains("abc"))
                        .isEqualTo(hasBody);
                gateway.ask("HEAD", "/catalog/none");
            }
            awaitCount(gateway, "compared", 200);
            assertThat(count(gateway, "mismatched")).isZero();
        }
    }
}
