package dev.banyan.cli.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

class PlanCommandTest {

    private static final String RULES = """
            backends:
              - {name: legacy, url: "http://localhost:8081", baseline: true}
              - {name: orders, url: "http://localhost:8083"}
            cohorts:
              - {name: shopper, key: [{header: X-Id}], salt: one}
            routes:
              - name: orders
                matches: [{path: {value: /orders}}, {path: {value: /api/orders}}]
                candidate: orders
                cohort: shopper
                stage: live
                weight: 5%
              - {name: bills, matches: [{path: {type: RegularExpression, value: "/bills/[0-9]"}}], candidate: orders, stage: off}
            """;

    @TempDir
    private Path folder;

    private Path before;
    private Path after;

    @BeforeEach
    void writeRules() throws IOException {
        before = Files.createDirectory(folder.resolve("old"));
        after = Files.createDirectory(folder.resolve("new"));
        Files.writeString(before.resolve("rules.yaml"), RULES);
    }

    private Ran plan(String changed, String... options) throws IOException {
        Files.writeString(after.resolve("rules.yaml"), changed);
        return options.length == 0 ? Ran.rules("plan", before, after) : Ran.rules("plan", before, after, options[0]);
    }

    @Test
    void theSameInAnotherOrderIsNoChange() throws IOException {
        var ran = plan(RULES.replace(
                "[{path: {value: /orders}}, {path: {value: /api/orders}}]",
                "[{path: {value: /api/orders}}, {path: {value: /orders}}]"));
        assertThat(ran.out()).isEqualTo("0 changes\n");
        assertThat(ran.exitCode()).isZero();
    }

    @Test
    void aWeightMovesTheCallersBetweenTheTwo() throws IOException {
        var ran = plan(RULES.replace("weight: 5%", "weight: 25%"));
        assertThat(ran.exitCode()).isEqualTo(3);
        assertThat(ran.out().lines())
                .containsExactly(
                        "routes[orders]: changed, 20% of callers change sides", "    weight: 5% -> 25%", "1 change");
    }

    @Test
    void whatChangesIsSaidInTheWordsOfTheLanguage() throws IOException {
        var ran = plan(
                RULES.replace("url: \"http://localhost:8083\"", """
                        url: "http://orders:80", timeouts: {request: 90s}, circuitBreaker: {failureRate: 12.5%}, \
                        health: {path: /up}, retries: {attempts: 1}""")
                        .replace("key: [{header: X-Id}]", """
                        key: [{header: X-Id}, {generateCookie: id}], assign: [{keys: [acme], to: candidate}], \
                        overrides: [{cookie: side, value: new, to: candidate}]""")
                        .replace("backends:\n", "trustedNetworks: [10.0.0.0/8]\nbackends:\n")
                        .replace(
                                "{path: {value: /orders}}",
                                "{method: GET, path: {value: /orders}, headers: [{name: X-Api, value: \"2\"}]}")
                        .replace(
                                "stage: off",
                                "stage: live, weight: 0%, fallback: none, rewrite: {path: {type: ReplaceFullPath, value: /b}}"));
        assertThat(ran.exitCode()).as(ran.err()).isEqualTo(3);
        assertThat(ran.out().lines())
                .containsSubsequence(
                        "trustedNetworks: changed",
                        "    none -> 10.0.0.0/8",
                        "backends[orders]: changed",
                        "    url: \"http://localhost:8083\" -> \"http://orders:80\"",
                        "    timeouts.request: 30s -> 1m30s",
                        "    circuitBreaker.failureRate: 50% -> 12.5%",
                        "    health: none -> {path: /up, interval: 10s, timeout: 2s, unhealthyAfter: 3, healthyAfter: 2}",
                        "    retries: none -> {attempts: 1, budget: 20%}",
                        "cohorts[shopper]: changed",
                        "    key: [{header: X-Id}] -> [{header: X-Id}, {generateCookie: id}]",
                        "    overrides: none -> [{cookie: side, value: \"new\", to: candidate}]",
                        "    assign[acme]: none -> candidate",
                        "routes[bills]: changed",
                        "    stage: off -> live",
                        "    fallback: baseline -> none",
                        "    rewrite: none -> {path: {type: ReplaceFullPath, value: /b}}",
                        "    matches: {path: {type: PathPrefix, value: /orders}} -> none",
                        "    matches: none -> {method: GET, path: {type: PathPrefix, value: /orders},"
                                + " headers: [{name: X-Api, value: \"2\"}]}");
        assertThat(ran.out()).doesNotContain("Match[", "Key[", "PT", "Optional", "Health[");
    }

    @Test
    void stepsAndEvidenceAreSaidInTheWordsOfTheLanguageToo() throws IOException {
        var steps = RULES.replace("stage: live\n    weight: 5%\n", "STEPS\n");
        var evidence = "mirror: {percent: 20, maxBodySize: %s}\n"
                + "    analysis: {minRequests: 100, gates: [{metric: mismatchRate, max: %s},"
                + " {metric: latencyP95, vs: baseline, maxRatio: 1.2}]}\n"
                + "    compare: {json: {ignore: [{path: $.at, reason: clock}]}}\n"
                + "    steps: [{stage: shadow}, {setWeight: 1%%, pause: %s}, {setWeight: 100%%}, {stage: complete}]";
        Files.writeString(
                before.resolve("rules.yaml"), steps.replace("STEPS", evidence.formatted("64KiB", "1%", "1h")));
        var ran = plan(steps.replace(
                "STEPS", evidence.formatted("128KiB", "0.5%", "90m").replace("$.at", "$.on")));
        assertThat(ran.exitCode()).as(ran.err()).isEqualTo(3);
        assertThat(ran.out().lines())
                .contains(
                        "routes[orders]: changed",
                        "    mirror.maxBodySize: 64KiB -> 128KiB",
                        "    compare.json.ignore: [{path: \"$.at\", reason: clock}] -> [{path: \"$.on\", reason: clock}]",
                        "    steps: [{stage: shadow}, {setWeight: 1%, pause: 1h}, {setWeight: 100%}, {stage: complete}]"
                                + " -> [{stage: shadow}, {setWeight: 1%, pause: 1h30m}, {setWeight: 100%}, {stage: complete}]");
        assertThat(ran.out()).contains("max: 1%}", "max: 0.5%}", "{metric: latencyP95, vs: baseline, maxRatio: 1.2}");
    }

    @Test
    void aNewSaltDealsTheCallersAnew() throws IOException {
        var ran = plan(RULES.replace("salt: one", "salt: two"));
        assertThat(ran.out()).contains("cohorts[shopper]: changed", "routes[orders]: changed, 9.5% of callers");
    }

    @Test
    void whatIsAddedRemovedAndCoveredIsNamed() throws IOException {
        var changed = RULES.substring(0, RULES.indexOf("  - name: orders\n"))
                + "  - {name: all, matches: [{path: {value: /}}], candidate: orders, stage: complete}\n"
                + RULES.substring(RULES.indexOf("  - {name: bills"));
        var ran = plan(changed);
        assertThat(ran.out().lines())
                .containsExactly(
                        "routes[all]: added, 100% of callers change sides",
                        "routes[orders]: removed, 5% of callers change sides",
                        "routes[bills].matches[0]: can no longer win, routes[all].matches[0] goes first",
                        "2 changes");
        var json = JsonMapper.shared().readTree(plan(changed, "--json").out());
        assertThat(json.at("/changes/0/movedBuckets").asInt()).isEqualTo(10_000);
        assertThat(json.at("/newlyCovered/0/by").asString()).isEqualTo("routes[all].matches[0]");
    }

    @Test
    void rulesThatAreNotValidFail() throws IOException {
        var ran = plan("backends: 1\n");
        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err()).contains("rules.yaml:1:");
    }

    private static final String LOG = """
            10.0.0.1 - - [24/Nov/2026:03:00:00 +0000] "GET /orders/7?x=1 HTTP/1.1" 200 12 "-" "curl/8"
            10.0.0.1 - ada [24/Nov/2026:03:00:00 +0000] "POST /orders HTTP/1.1" 201 0
            shop.test:443 10.0.0.1 - - [24/Nov/2026:03:00:00 +0000] "GET /orders/8 HTTP/2.0" 200 12 "-" "-"
            10.0.0.1 - - [24/Nov/2026:03:00:00 +0000] "GET /other HTTP/1.1" 200 12 "-" "-"
            \\x16\\x03\\x01 is no request
            10.0.0.1 - - [24/Nov/2026:03:00:00 +0000] "-" 408 0 "-" "-"
            """;

    @Test
    void anAccessLogSaysHowManyRequestsGoElsewhere() throws IOException {
        Files.writeString(after.resolve("rules.yaml"), RULES.replace("weight: 5%", "weight: 55%"));
        var log = Files.writeString(folder.resolve("access.log"), LOG);
        var ran = Ran.rules("plan", before, after, "--log", log.toString());
        assertThat(ran.out())
                .contains("4 requests of the log: 1.5 would go elsewhere (37.5%)")
                .contains("legacy -> orders by orders: 1.5 (37.5%)")
                .contains("0.5  /orders/7\n")
                .contains("2 lines are no request that can be read, the first is line 5");
        assertThat(ran.exitCode()).isEqualTo(3);
    }

    @Test
    void aPackedLogOfJsonAndAnotherOrderOfCallers() throws IOException {
        Files.writeString(after.resolve("rules.yaml"), RULES.replace("salt: one", "salt: two"));
        var log = folder.resolve("access.json.gz");
        try (var out = new java.util.zip.GZIPOutputStream(Files.newOutputStream(log))) {
            out.write("""
                    {"method": "GET", "path": "/orders/7", "host": "shop.test"}
                    {"request_method": "GET", "request_uri": "/orders/8"}
                    {"half":
                    """.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
        var ran = Ran.rules("plan", before, after, "--log", log.toString(), "--log-format", "json", "--json");
        var json = JsonMapper.shared().readTree(ran.out()).path("log");
        assertThat(json.path("requests").asInt()).isEqualTo(2);
        assertThat(json.path("unreadLines").asInt()).isEqualTo(1);
        // 5 % of one order and 5 % of another: 2 x 0.05 x 0.95 of each request
        assertThat(json.path("moved").asDouble()).isCloseTo(0.19, org.assertj.core.data.Offset.offset(1e-9));
    }

    @Test
    void aLogThatIsNotThereIsSaid() throws IOException {
        Files.writeString(after.resolve("rules.yaml"), RULES);
        var ran =
                Ran.rules("plan", before, after, "--log", folder.resolve("none").toString());
        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err()).contains("none");
    }

    @Test
    void backendsAndCohortsChangeKeyByKey() throws IOException {
        var ran = plan(RULES.replace("8083\"}", "8084\", maxConnections: 9}").replace("salt: one", "salt: two"));
        assertThat(ran.out())
                .contains("backends[orders]: changed\n")
                .contains("http://localhost:8083")
                .contains("-> 9\n")
                .contains("    salt: one -> two\n")
                .doesNotContain("Backend[")
                .doesNotContain("Cohort[");
    }

    private static final String SHIFTED = """
            backends:
              - {name: legacy, url: "http://localhost:8081", baseline: true}
              - {name: orders, url: "http://localhost:8083"}
            routes:
              - {name: raw, matches: [{path: {value: /bücher}}], candidate: orders, stage: complete}
              - {name: host, hostnames: [shop.test], matches: [{path: {value: /h}}], candidate: orders, stage: complete}
              - name: winter
                matches: [{path: {value: /winter}}]
                candidate: orders
                stage: complete
                schedule: {from: "2025-12-01T00:00:00Z", until: "2026-03-01T00:00:00Z"}
            """;
    private static final String NOTHING = """
            backends:
              - {name: legacy, url: "http://localhost:8081", baseline: true}
            """;

    /** The requests of a log that rules with nothing but a baseline would not move, by path. */
    private java.util.Map<String, Double> moved(String form, byte[] log) throws IOException {
        Files.writeString(before.resolve("rules.yaml"), NOTHING);
        Files.writeString(after.resolve("rules.yaml"), SHIFTED);
        var file = Files.write(folder.resolve("access.log"), log);
        var ran = Ran.rules("plan", before, after, "--log", file.toString(), "--log-format", form, "--json");
        assertThat(ran.err()).isEmpty();
        var json = JsonMapper.shared().readTree(ran.out()).path("log");
        last = json;
        var paths = new java.util.TreeMap<String, Double>();
        json.path("paths")
                .forEach(each -> paths.put(
                        each.path("path").asString(), each.path("requests").asDouble()));
        return paths;
    }

    private tools.jackson.databind.JsonNode last = JsonMapper.shared().createObjectNode();

    private static String line(String request) {
        return line("", "24/Nov/2026:03:00:00 +0000", request);
    }

    private static String line(String host, String time, String request) {
        return host + "10.0.0.1 - - [" + time + "] \"" + request + "\" 200 12 \"-\" \"curl\"\n";
    }

    @Test
    void bytesBeyondAsciiAreTheRequestsOwnHoweverTheyAreWritten() throws IOException {
        var log = line("GET /b%C3%BCcher HTTP/1.1")
                + line("GET /bücher HTTP/1.1")
                + line("GET /b\\xC3\\xBCcher HTTP/1.1")
                + line("GET /b\\xc3\\xbccher?q=\\\"a\\\" HTTP/1.1");
        var paths = moved("combined", log.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertThat(paths).containsExactlyInAnyOrderEntriesOf(java.util.Map.of("/b%C3%BCcher", 1.0, "/bücher", 3.0));
        assertThat(last.path("unreadLines").asInt()).isZero();
    }

    @Test
    void aHostInFrontMayBeQuotedAndAUserMayHaveSpaces() throws IOException {
        var time = "24/Nov/2026:03:00:00 +0000";
        var log = line("shop.test:443 ", time, "GET /h HTTP/1.1")
                + line("\"shop.test\" ", time, "GET /h HTTP/1.1")
                + "10.0.0.1 - ada of shop.test [" + time + "] \"GET /h HTTP/1.1\" 200 1\n";
        assertThat(moved("combined", log.getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .containsEntry("/h", 2.0);
    }

    @Test
    void aScheduleIsTakenAtTheTimeOfTheLine() throws IOException {
        var log = line("", "24/Dec/2025:20:00:00 +0100", "GET /winter HTTP/1.1")
                + line("", "24/Jun/2026:20:00:00 +0200", "GET /winter HTTP/1.1")
                + line("", "yesterday", "GET /winter HTTP/1.1");
        assertThat(moved("combined", log.getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .containsEntry("/winter", 1.0);
        assertThat(last.path("timeless").asInt()).isEqualTo(1);
        var json = """
                {"method": "GET", "path": "/winter", "time_iso8601": "2025-12-24T20:00:00+01:00"}
                {"method": "GET", "path": "/winter", "time": 0.12, "ts": 1766602800.5}
                {"method": "GET", "path": "/winter", "start_time": "2026-06-24T20:00:00.123Z"}
                """;
        assertThat(moved("json", json.getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .containsEntry("/winter", 2.0);
    }

    @Test
    void theFormsOfOtherProxiesAreKnown() throws IOException {
        var log = """
                {":method": "GET", ":path": "/h", ":authority": "shop.test"}
                {"request": {"method": "GET", "uri": "/h", "host": "shop.test"}, "ts": 1766602800.5}
                {"request": "GET /h HTTP/1.1", "http_host": "shop.test"}
                {"request": "GET /bücher HTTP/1.1"}
                {"RequestMethod": "GET", "RequestPath": "/h", "RequestHost": "shop.test", "StartUTC": "2025-12-24T20:00:00.1Z"}
                [1]
                """;
        var paths = moved("json", log.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertThat(paths).containsExactlyInAnyOrderEntriesOf(java.util.Map.of("/h", 4.0, "/bücher", 1.0));
        assertThat(last.path("unreadLines").asInt()).isEqualTo(1);
    }

    @Test
    void aLineWithoutAnEndIsNeitherHeldNorARequest() throws IOException {
        var log = line("GET /h" + "x".repeat(AccessLog.LINE_MAX) + " HTTP/1.1")
                + line("shop.test ", "24/Nov/2026:03:00:00 +0000", "GET /h HTTP/1.1");
        assertThat(moved("combined", log.getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .containsExactly(java.util.Map.entry("/h", 1.0));
        assertThat(last.path("firstUnreadLine").asInt()).isEqualTo(1);
    }

    @Test
    void anArchiveThatBreaksOffFails() throws IOException {
        Files.writeString(after.resolve("rules.yaml"), RULES);
        var packed = new java.io.ByteArrayOutputStream();
        try (var out = new java.util.zip.GZIPOutputStream(packed)) {
            out.write(LOG.repeat(50).getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
        var log = Files.write(
                folder.resolve("access.log.gz"), java.util.Arrays.copyOf(packed.toByteArray(), packed.size() - 20));
        var ran = Ran.rules("plan", before, after, "--log", log.toString());
        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err()).contains("access.log.gz: after line").contains("a whole .gz file");
        var none = Ran.rules("plan", before, after, "--log", folder.toString());
        assertThat(none.exitCode()).isEqualTo(1);
        assertThat(none.err()).contains("a folder (expected: one access log)");
    }

    private static final String WITH_STEPS = RULES.replace("""
                    stage: live
                    weight: 5%
                """, """
                    mirror: {percent: 50}
                    analysis:
                      minRequests: 100
                      minDuration: 30m
                      gates:
                        - {metric: mismatchRate, max: 0.5%}
                        - {metric: errorRate, max: 5%}
                    steps: [{stage: shadow}, {setWeight: 10%, pause: 2h}, {setWeight: 100%}, {stage: complete}]
                """);

    @Test
    void theStepsSayWhatTheyNeedAndHowLongThatTakesAtTheTrafficOfTheLog() throws IOException {
        var lines = new StringBuilder();
        for (int minute = 0; minute < 60; minute++) {
            for (int i = 0; i < 20; i++) {
                lines.append("10.0.0.1 - - [01/Mar/2026:12:%02d:00 +0000] \"%s /orders HTTP/1.1\" 200 5\n"
                        .formatted(minute, i % 2 == 0 ? "GET" : "POST"));
            }
        }
        lines.append("10.0.0.1 - - [01/Mar/2026:13:00:00 +0000] \"GET /other HTTP/1.1\" 200 5\n");
        var log = Files.writeString(folder.resolve("access.log"), lines);
        var ran = plan(WITH_STEPS, "--log=" + log);
        assertThat(ran.out())
                .contains(
                        "steps of orders, if its candidate is like the baseline, at 1,200 requests an hour of the log:\n");
        // Shadow: of 600 reads an hour half are copied, and mismatchRate needs some 1,600 pairs.
        assertThat(ran.out())
                .containsPattern(
                        "    shadow, 5\\.[0-9]+ h: minRequests 100 \\(0.33 h\\), mismatchRate behavioural 1,587 "
                                + "\\(5\\.[0-9]+ h\\), errorRate 1[0-9]{2} \\(0\\.[0-9]+ h\\); at least 0.5 h in any case\n");
        assertThat(ran.out()).containsPattern("    live 10%, 1[34]\\.[0-9]* h: .*; at least 2 h in any case\n");
        assertThat(ran.out()).containsPattern("    live 100%, 0.5 h: minRequests 100 \\(0.08 h\\), errorRate ");
        assertThat(ran.out()).doesNotContain("complete,");
    }

    @Test
    void withoutALogTheStepsSayHowManyRequestsTheyNeed() throws IOException {
        assertThat(plan(WITH_STEPS).out())
                .contains(
                        "steps of orders, if its candidate is like the baseline (--log with times says how long that takes):")
                .containsPattern("    shadow: minRequests 100, mismatchRate behavioural 1,587, errorRate 1[0-9]{2}; ");
        var steps = new JsonMapper()
                .readTree(plan(WITH_STEPS, "--json").out())
                .path("steps")
                .path(0);
        assertThat(steps.path("route").asString()).isEqualTo("orders");
        assertThat(steps.path("steps").path(0).path("needs").path(0).toString())
                .isEqualTo("{\"limit\":\"minRequests\",\"requests\":100,\"hours\":null}");
    }

    @Test
    void aLogThatIsShorterThanAMinuteSaysNothingOfAnHour() throws IOException {
        var log = Files.writeString(
                folder.resolve("access.log"),
                "10.0.0.1 - - [01/Mar/2026:12:00:00 +0000] \"GET /orders HTTP/1.1\" 200 5\n");
        assertThat(plan(WITH_STEPS, "--log=" + log).out()).contains("--log with times says how long");
    }
}
