package dev.banyan.gateway;

import static dev.banyan.gateway.TestGateway.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Routes that move by themselves or by command, over real sockets, with the control store in its file. */
final class ShiftingTest {

    private static final String BY_STEPS = """
            analysis:
              minRequests: 60
              minDuration: 1s
              gates: [{metric: errorRate, max: 20%}]
            steps: [{setWeight: 50%}, {setWeight: 100%, approval: true}, {stage: complete}]
            """;

    private static final String FREEZE =
            "{\"route\": \"browse\", \"command\": \"freeze\", \"by\": \"ada\", \"reason\": \"a test\", \"%s\": %s}";

    private static final String BY_HAND = "stage: live\nweight: 100%\n";

    @TempDir
    Path folder;

    private ScriptedServer legacy;
    private ScriptedServer catalog;
    private int customer;

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

    private String rules(String route) {
        return """
                backends:
                  - {name: legacy, url: "%s", baseline: true}
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

    /** Who answers a customer of whom nobody has heard yet. */
    private String servedBy(TestGateway gateway) throws Exception {
        String reply = gateway.ask("GET /catalog HTTP/1.1\r\nHost: shop.test\r\nX-Customer-Id: c" + customer++
                + "\r\nConnection: close\r\n\r\n");
        return reply.endsWith("legacy") ? "legacy" : "catalog";
    }

    private static JsonNode shift(TestGateway gateway) throws Exception {
        return gateway.admin("/admin/shifts/browse");
    }

    private static String stand(TestGateway gateway) throws Exception {
        JsonNode shift = shift(gateway);
        return shift.path("state").asString() + " " + shift.path("stage").asString() + " "
                + shift.path("weight").asInt();
    }

    private static JsonNode command(TestGateway gateway, String command) throws Exception {
        return post(
                gateway,
                "{\"route\": \"browse\", \"command\": \"" + command + "\", \"by\": \"ada\", \"reason\": \"a test\"}");
    }

    private static JsonNode post(TestGateway gateway, String body) throws Exception {
        return JsonMapper.shared()
                .readTree(gateway.adminPost("/admin/shifts", body).body());
    }

    private static String outcome(TestGateway gateway, String command) throws Exception {
        return command(gateway, command).path("outcome").asString();
    }

    @Test
    void routeRaisesItselfGoesBackByItselfAndRemembersBoth() throws Exception {
        try (var gateway = TestGateway.start(folder, rules(BY_STEPS))) {
            await("the first step", () -> stand(gateway).equals("running live 5000"));
            await("the second step", () -> {
                servedBy(gateway);
                return shift(gateway).path("weight").asInt() == 10_000;
            });
            await("everybody gets it", () -> servedBy(gateway).equals("catalog"));
            await("enough there", () -> {
                servedBy(gateway);
                return stand(gateway).equals("waiting live 10000");
            });

            catalog.reply("/catalog", "HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n");
            int failed = 0;
            while (servedBy(gateway).equals("catalog")) {
                failed++;
            }
            assertThat(failed).as("requests until the trip-wire's roll-back").isBetween(10, 200);
            await("journalled", () -> stand(gateway).equals("rolled-back off 0"));
            JsonNode last = shift(gateway).path("journal").get(0);
            assertThat(last.path("event").asString()).isEqualTo("trip");
            assertThat(last.path("words").asString())
                    .startsWith("live 100% -> off: 10 errors of the candidate in a row");
        }
        try (var gateway = TestGateway.restart(folder)) {
            assertThat(servedBy(gateway)).as("before the store is open").isEqualTo("legacy");
            await("the same after a restart", () -> stand(gateway).equals("rolled-back off 0"));
            catalog.reply("/catalog", "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\ncatalog");
            await("resumed", () -> outcome(gateway, "resume").equals("done"));
            assertThat(stand(gateway)).endsWith(" live 5000"); // running, and soon holding, as nobody asks
            JsonNode inShort = gateway.admin("/admin/shifts").path("routes").path(0);
            assertThat(inShort.path("verdict").asString()).isEqualTo("inconclusive");
            assertThat(inShort.path("needs").path("needed").asLong(0)).isPositive();
            assertThat(inShort.has("limits")).isFalse();
            assertThat(outcome(gateway, "resume")).isEqualTo("same");
            assertThat(outcome(gateway, "freeze")).isEqualTo("done");
            assertThat(outcome(gateway, "promote")).isEqualTo("refused");
            assertThat(outcome(gateway, "unfreeze")).isEqualTo("done");
            assertThat(outcome(gateway, "promote")).isEqualTo("done");
            assertThat(servedBy(gateway)).isEqualTo("catalog");

            gateway.save(rules("stage: off\n" + BY_STEPS));
            await("the file says off", () -> servedBy(gateway).equals("legacy"));
            await("stopped", () -> stand(gateway).equals("stopped off 0"));
        }
    }

    @Test
    void routeIsHeldWhileItsDataIsBehindOrNobodyKnowsAndGoesOnWhenItIsNot() throws Exception {
        try (var bridge = new ScriptedServer("bridge")) {
            String steps = BY_STEPS.replace(
                    "gates: [", "gates: [{metric: cdcLag, max: 5s, from: \"" + bridge.url() + "/status\"}, ");
            bridge.reply("/status", "HTTP/1.1 503 Oh\r\nContent-Length: 0\r\n\r\n");
            try (var gateway = TestGateway.start(folder, rules(steps))) {
                await("nobody knows", () -> {
                    servedBy(gateway);
                    return stand(gateway).equals("holding live 5000")
                            && shift(gateway).path("words").asString("").contains("no data");
                });
                bridge.reply("/status", lag(9_000));
                await("behind", () -> shift(gateway)
                        .path("words")
                        .asString("")
                        .equals("cdcLag: 9000 ms behind: beyond 5000 ms"));
                assertThat(stand(gateway)).isEqualTo("holding live 5000");
                bridge.reply("/status", lag(40));
                await("in time", () -> {
                    servedBy(gateway);
                    return shift(gateway).path("weight").asInt() == 10_000;
                });
            }
        }
    }

    private static String lag(int millis) {
        String body = "{\"lagMillis\":" + millis + "}";
        return "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    @Test
    void rollBackOfARouteDrivenByHandHoldsUntilItIsResumedOrItsFileIsEdited() throws Exception {
        try (var gateway = TestGateway.start(folder, rules(BY_HAND))) {
            assertThat(servedBy(gateway)).isEqualTo("catalog");
            assertThat(gateway.gateway().store().isStarted())
                    .as("nothing needs the store")
                    .isFalse();
            JsonNode answer = command(gateway, "rollback");
            assertThat(answer.path("outcome").asString()).isIn("done", "later");
            for (int i = 0; i < 100; i++) {
                assertThat(servedBy(gateway))
                        .as("request %s after the roll-back", i)
                        .isEqualTo("legacy");
            }
            await("journalled", () -> stand(gateway).equals("capped off 0"));
        }
        try (var gateway = TestGateway.restart(folder)) {
            assertThat(servedBy(gateway)).isEqualTo("legacy");
            await("resumed", () -> outcome(gateway, "resume").equals("done"));
            assertThat(servedBy(gateway)).isEqualTo("catalog");
            assertThat(outcome(gateway, "rollback")).isEqualTo("done");
            gateway.save(rules(BY_HAND + "priority: 1\n"));
            await("edited", () -> servedBy(gateway).equals("catalog"));
            await("uncapped", () -> stand(gateway).equals("by-hand live 10000"));
            assertThat(outcome(gateway, "rollback")).isEqualTo("done");
        }
        Files.delete(folder.resolve("run/shifts.json"));
        try (var gateway = TestGateway.restart(folder)) {
            await("by the store alone", () -> servedBy(gateway).equals("legacy"));
        }
    }

    @Test
    void rollBackDoesNotWaitForRulesThatAreBeingRead() throws Exception {
        Path authority = Files.createDirectories(folder.resolve("rules")).resolve("ca.pem");
        String pem = new CertificateBuilder()
                .subject("CN=Test Authority")
                .setIsCertificateAuthority(true)
                .buildSelfSigned()
                .getCertificatePEM();
        Files.writeString(authority, pem);
        String far = "  - {name: far, url: 'https://127.0.0.1:1', tls: {ca: ca.pem}}\ncohorts:";
        try (var gateway = TestGateway.start(folder, rules(BY_HAND).replace("cohorts:", far))) {
            assertThat(servedBy(gateway)).isEqualTo("catalog");
            Path slow = folder.resolve("slow");
            assertThat(new ProcessBuilder("mkfifo", slow.toString()).start().waitFor())
                    .isZero();
            Files.move(slow, authority, StandardCopyOption.REPLACE_EXISTING);
            // Opens when somebody reads, who waits for what is written.
            try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                    var out = Files.newOutputStream(authority)) {
                assertThat(threads.submit(() -> outcome(gateway, "rollback")).get(1, TimeUnit.MINUTES))
                        .isIn("done", "later");
                assertThat(servedBy(gateway)).isEqualTo("legacy");
                Files.move(Files.writeString(slow, pem), authority, StandardCopyOption.REPLACE_EXISTING);
                out.write(pem.getBytes(StandardCharsets.US_ASCII));
            }
            gateway.save(rules(BY_HAND + "priority: 1\n"));
            await("read", () -> servedBy(gateway).equals("catalog"));
        }
    }

    @Test
    void wrongCommandsAreAnsweredWithWhatIsExpected() throws Exception {
        try (var gateway = TestGateway.start(folder, rules(BY_HAND))) {
            assertThat(command(gateway, "explode").path("error").asString())
                    .isEqualTo("command: explode (expected: promote, pause, resume, rollback, freeze or unfreeze)");
            assertThat(post(gateway, "no json").path("error").asString()).startsWith("body: no JSON");
            assertThat(gateway.admin("/admin/shifts/nobody").path("error").asString())
                    .isEqualTo("route: nobody (expected: one of the rules in force)");
            assertThat(command(gateway, "trip").path("error").asString()).startsWith("command: trip");
            String all = "{\"route\": \"*\", \"command\": \"rollback\", \"by\": \"ada\", \"reason\": \"a test\"}";
            assertThat(post(gateway, all).path("error").asString()).startsWith("route: * (expected: the name of one");
            for (String step : List.of("\"2\"", "2.0", "true")) {
                assertThat(post(gateway, FREEZE.formatted("step", step))
                                .path("error")
                                .asString())
                        .isEqualTo("step: " + step + " (expected: a whole number)");
            }
            for (String id : List.of("7", "\"seven\"")) {
                assertThat(post(gateway, FREEZE.formatted("id", id))
                                .path("error")
                                .asString())
                        .isEqualTo("id: " + id + " (expected: a UUID as text)");
            }
            String nul = "{\"route\": \"browse\", \"command\": \"freeze\", \"by\": \"ada\", \"reason\": \"a\\u0000b\"}";
            assertThat(post(gateway, nul).path("error").asString())
                    .isEqualTo("reason: control character U+0000 (expected: text in one line)");
        }
    }
}
