package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
        assertThat(isStale()).isFalse();
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
    void anEmptiedFolderSendsEverythingToLegacy() throws Exception {
        gateway.save(backends() + "routes:\n" + route("h"));
        awaitServedBy("candidate", "/h");
        Files.delete(gateway.rulesFile());
        awaitServedBy("legacy", "/h");
    }
}
