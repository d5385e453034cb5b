package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.gateway.backend.LiveBackend;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an edit of the rules folder does, noticed by the watch alone. */
class RulesReloadTest {

    @TempDir
    static Path folder;

    private static ScriptedServer legacy;
    private static ScriptedServer candidate;
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        legacy = new ScriptedServer("legacy");
        candidate = new ScriptedServer("candidate");
        gateway = TestGateway.start(folder, backends(), "--legacy", legacy.url());
    }

    private static String backends() {
        return """
                backends:
                  - {name: legacy, url: "%s", baseline: true}
                  - {name: new, url: "%s"}
                """.formatted(legacy.url(), candidate.url());
    }

    private static String route(String name) {
        return "  - {name: %s, matches: [{path: {type: PathPrefix, value: /%s}}], candidate: new, stage: complete}\n"
                .formatted(name, name);
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
        candidate.close();
        legacy.close();
    }

    @BeforeEach
    void oneFileWithoutRoutes() throws Exception {
        Files.deleteIfExists(more());
        gateway.save(backends());
        TestGateway.await(
                "clean",
                () -> gateway.admin("/admin/rules").path("routes").asInt() == 0
                        && !isStale()
                        && gateway.gateway()
                                .rules()
                                .current()
                                .backends()
                                .all()
                                .iterator()
                                .hasNext());
    }

    private static Path more() {
        return folder.resolve("rules/more.yaml");
    }

    private static boolean isStale() throws Exception {
        return gateway.adminText("/metrics").contains("banyan_rules_stale 1.0");
    }

    private static void awaitServedBy(String name, String target) throws Exception {
        TestGateway.await(
                target + " by " + name, () -> gateway.ask("GET", target).endsWith(name));
    }

    @Test
    void aFileReplacedInOnePieceIsInForceSoon() throws Exception {
        gateway.save(backends() + "routes:\n" + route("a"));
        awaitServedBy("candidate", "/a");
    }

    @Test
    void aFileWrittenInPlaceIsInForceSoon() throws Exception {
        Files.writeString(gateway.rulesFile(), backends() + "routes:\n" + route("b"));
        awaitServedBy("candidate", "/b");
    }

    @Test
    void aHalfWrittenFileKeepsTheLastGoodRulesAndShowsUntilItIsWhole() throws Exception {
        gateway.save(backends() + "routes:\n" + route("c"));
        awaitServedBy("candidate", "/c");
        String hash = gateway.admin("/admin/rules").path("hash").asString();
        String whole = backends() + "routes:\n" + route("c") + route("d");
        Files.writeString(gateway.rulesFile(), whole.substring(0, whole.length() - 30));
        TestGateway.await("the refusal", RulesReloadTest::isStale);
        var rules = gateway.admin("/admin/rules");
        assertThat(rules.at("/lastRejected/problems/0/file").asString()).endsWith("rules.yaml");
        assertThat(rules.at("/lastRejected/problems/0/line").asInt()).isEqualTo(6);
        assertThat(rules.path("hash").asString()).isEqualTo(hash);
        assertThat(gateway.ask("GET", "/c")).endsWith("candidate");
        assertThat(gateway.ask("GET", "/d")).endsWith("legacy");
        Files.writeString(gateway.rulesFile(), whole);
        awaitServedBy("candidate", "/d");
        TestGateway.await("not stale any more", () -> !isStale());
        assertThat(gateway.admin("/admin/rules").path("lastRejected").isNull()).isTrue();
    }

    @Test
    void rulesThatAreWrongInMeaningAreRefusedWhole() throws Exception {
        gateway.save(backends() + "routes:\n" + route("e") + route("f").replace("new", "nowhere"));
        TestGateway.await("the refusal", RulesReloadTest::isStale);
        assertThat(gateway.admin("/admin/rules").path("lastRejected").toString())
                .contains("nowhere");
        assertThat(gateway.ask("GET", "/e")).endsWith("legacy");
    }

    @Test
    void aFileThatIsAddedAndDeletedTakesItsRoutesWithIt() throws Exception {
        Files.writeString(more(), "routes:\n" + route("g"));
        awaitServedBy("candidate", "/g");
        Files.delete(more());
        awaitServedBy("legacy", "/g");
    }

    @Test
    void aBackendThatIsReplacedAmidACallIsForgottenOnceTheCallHasEnded() throws Exception {
        var goOn = new CountDownLatch(1);
        candidate.on("/i/slow", (_, wire) -> {
            while (goOn.getCount() > 0) {
                LockSupport.parkNanos(1_000_000);
            }
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nslow");
        });
        gateway.save(backends() + "routes:\n" + route("i"));
        awaitServedBy("candidate", "/i");
        var replaced = new WeakReference<>(candidateInForce());
        try (var client = gateway.wire()) {
            assertThat(client.send("GET /i HTTP/1.1\r\nHost: a\r\n\r\n").reply())
                    .endsWith("candidate");
            client.send("GET /i/slow HTTP/1.1\r\nHost: a\r\n\r\n");
            TestGateway.await("over the connection that waited", () -> gateway.inFlight("new") == 1);
            gateway.save(backends().replace("name: new,", "name: new, maxConnections: 7,") + "routes:\n" + route("i"));
            TestGateway.await("replaced", () -> candidateInForce().backend().maxConnections() == 7);
            goOn.countDown();
            assertThat(client.reply()).endsWith("slow");
        }
        TestGateway.await("forgotten", () -> {
            System.gc();
            return replaced.refersTo(null);
        });
    }

    private static LiveBackend candidateInForce() {
        return gateway.gateway().rules().current().backends().get("new");
    }

    @Test
    void anEmptiedFolderSendsEverythingToLegacy() throws Exception {
        gateway.save(backends() + "routes:\n" + route("h"));
        awaitServedBy("candidate", "/h");
        Files.delete(gateway.rulesFile());
        awaitServedBy("legacy", "/h");
    }
}
