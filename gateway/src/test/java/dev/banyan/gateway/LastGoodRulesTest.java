package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
