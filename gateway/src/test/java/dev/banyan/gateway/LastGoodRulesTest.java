package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A start that meets rules it cannot use. */
class LastGoodRulesTest {

    private static final String WRONG = "routes: [";

    @TempDir
    Path folder;

    @Test
    void aCopyOfTheLastGoodRulesServesAndSaysSoUntilTheFolderIsGoodAgain() throws Exception {
        try (var legacy = new ScriptedServer("legacy");
                var candidate = new ScriptedServer("candidate")) {
            String first = rules(legacy, candidate, "a");
            String second = rules(legacy, candidate, "b");
            try (var gateway = TestGateway.start(folder, first)) {
                gateway.save(second);
                assertThat(gateway.gateway().rules().reload()).isTrue();
                gateway.save(WRONG);
                assertThat(gateway.gateway().rules().reload()).isFalse();
                assertThat(gateway.adminText("/health")).contains("stale");
            }
            try (var gateway = TestGateway.restart(folder)) {
                assertThat(gateway.ask("GET", "/b")).endsWith("candidate");
                assertThat(gateway.ask("GET", "/a")).endsWith("legacy");
                assertThat(gateway.admin("/health").path("rules").asString()).isEqualTo("copy");
                assertThat(gateway.admin("/admin/rules").path("copySince").asString())
                        .startsWith("20");
                assertThat(gateway.adminText("/admin/rules")).contains("rules.yaml");
                assertThat(gateway.adminText("/metrics")).contains("banyan_rules_copy 1.0", "banyan_rules_stale 1.0");
                gateway.save(first);
                TestGateway.await("good again", () -> gateway.ask("GET", "/a").endsWith("candidate"));
                TestGateway.await(
                        "said",
                        () -> gateway.admin("/health").path("rules").asString().equals("current"));
                assertThat(gateway.admin("/admin/rules").path("copySince").isNull())
                        .isTrue();
            }
            // A name on the command line that the rules do not have is no fault of the folder.
            assertThat(runs("--backend", "nobody=http://127.0.0.1:1"))
                    .contains("nobody")
                    .contains("cannot be used");
            // Another folder's copy is not this folder's.
            Path other = Files.createDirectories(folder.resolve("other"));
            Files.writeString(other.resolve("rules.yaml"), WRONG);
            assertThat(runs("--rules", other.toString()))
                    .contains("rules.yaml:1:")
                    .contains("cannot be used");
        }
    }

    @Test
    void aMistakeThatIsFoundAsRulesComeIntoForceIsNoOtherMistake() throws Exception {
        try (var legacy = new ScriptedServer("legacy");
                var candidate = new ScriptedServer("candidate")) {
            String good = rules(legacy, candidate, "a")
                    .replace("routes:", "  - {name: far, url: 'https://127.0.0.1:1', tls: {ca: ca.pem}}\nroutes:");
            Path authority = Files.createDirectories(folder.resolve("rules")).resolve("ca.pem");
            String pem = new CertificateBuilder()
                    .subject("CN=Test Authority")
                    .setIsCertificateAuthority(true)
                    .buildSelfSigned()
                    .getCertificatePEM();
            Files.writeString(authority, pem);
            TestGateway.start(folder, good).close();

            Files.writeString(authority, "half a certif");
            try (var gateway = TestGateway.restart(folder)) {
                assertThat(gateway.ask("GET", "/a")).endsWith("candidate");
                assertThat(gateway.adminText("/admin/rules")).contains("tls.ca");
                assertThat(gateway.adminText("/health")).contains("copy");
                Files.writeString(authority, pem);
                TestGateway.await(
                        "good again", () -> gateway.adminText("/health").contains("current"));
            }
            Files.writeString(
                    folder.resolve("rules/rules.yaml"),
                    good.replace(
                            "complete}", "complete," + " compare: {html: {ignore: [{selector: 'div[', reason: a}]}}}"));
            try (var gateway = TestGateway.restart(folder)) {
                assertThat(gateway.ask("GET", "/a")).endsWith("candidate");
                assertThat(gateway.adminText("/admin/rules")).contains("div[");
            }
            // Where rules may not lead is not the folder's alone to say, and ends the start.
            assertThat(runs("--backend", "new=http://169.254.169.254")).contains("on this link alone");
        }
    }

    @Test
    void rulesEditedWhileTheGatewayStartsAreRead() throws Exception {
        try (var legacy = new ScriptedServer("legacy");
                var candidate = new ScriptedServer("candidate")) {
            Path file = Files.createDirectories(folder.resolve("rules")).resolve("rules.yaml");
            Files.writeString(file, rules(legacy, candidate, "a"));
            Path copies = folder.resolve("run/last-good-rules");
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                var editor = threads.submit(() -> {
                    TestGateway.await("the rules were read", () -> Files.exists(copies));
                    return Files.writeString(file, rules(legacy, candidate, "b"));
                });
                try (var gateway = TestGateway.restart(folder)) {
                    editor.get();
                    TestGateway.await("the edit", () -> gateway.ask("GET", "/b").endsWith("candidate"));
                }
            }
        }
    }

    @Test
    void withoutACopyTheGatewayDoesNotStart() throws Exception {
        Files.createDirectories(folder.resolve("rules"));
        Files.writeString(folder.resolve("rules/rules.yaml"), WRONG);
        assertThat(runs()).contains("rules.yaml:1:").contains("cannot be used");
    }

    /** Starts with a command line that must fail with 1, and returns what it complains of. */
    private String runs(String... options) {
        var args = new ArrayList<>(List.of("--run-dir", folder.resolve("run").toString(), "--port", "0"));
        args.addAll(List.of("--admin-port", "0"));
        args.addAll(List.of(options));
        if (!args.contains("--rules")) {
            args.addAll(List.of("--rules", folder.resolve("rules").toString()));
        }
        var err = new StringWriter();
        var out = new PrintWriter(new StringWriter());
        assertThat(GatewayCommand.run(out, new PrintWriter(err), args.toArray(String[]::new)))
                .isEqualTo(1);
        return err.toString();
    }

    private static String rules(ScriptedServer legacy, ScriptedServer candidate, String route) {
        return """
                backends:
                  - {name: legacy, url: "%s", baseline: true}
                  - {name: new, url: "%s"}
                routes:
                  - {name: %s, matches: [{path: {type: PathPrefix, value: /%s}}], candidate: new, stage: complete}
                """.formatted(legacy.url(), candidate.url(), route, route);
    }
}
