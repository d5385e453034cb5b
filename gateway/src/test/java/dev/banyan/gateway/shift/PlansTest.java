package dev.banyan.gateway.shift;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.rules.RuleSet;
import dev.banyan.rules.RulesFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whether a file that did not change is seen as such, also after an upgrade. */
class PlansTest {

    private static final String RULES = """
            backends:
              - {name: legacy, url: "http://127.0.0.1:1", baseline: true}
              - {name: catalog, url: "http://127.0.0.1:2"}
            cohorts:
              - {name: shopper, key: [{header: X-Customer-Id}], salt: s}
            routes:
              - name: by-hand
                matches: [{path: {value: /orders}}]
                candidate: catalog
                stage: live
                weight: 100%
              - name: by-steps
                hostnames: [shop.test]
                matches: [{path: {type: Exact, value: /catalog}, method: GET}]
                candidate: catalog
                cohort: shopper
                mirror: {percent: 10}
                analysis:
                  minRequests: 60
                  minDuration: 1s
                  gates: [{metric: errorRate, max: 20%}, {metric: mismatchRate, severity: behavioural, max: 1%}]
                steps: [{setWeight: 50%}, {stage: complete}]
            """;

    private static final String WHY =
            "keys of a file that did not change. What stands in journals no longer fits when these do: "
                    + "routes begin anew, and roll-backs are lifted. Let a new key be null, false, 0 or empty while it is not set";

    private record Field(String name) {}

    private static final class Later {
        private record Field(
                String name,
                boolean strict,
                int retries,
                @Nullable Duration pause,
                List<String> words) {}
    }

    private static final class Other {
        private record Field(String name, @Nullable Integer max) {}
    }

    @TempDir
    private Path folder;

    @Test
    void keysOfAFileStayTheSameOverUpgrades() throws Exception {
        Files.writeString(folder.resolve("rules.yaml"), RULES);
        RuleSet rules = RulesFolder.read(folder);
        assertThat(new Plans(() -> rules).get())
                .as(WHY)
                .extracting(Plan::keys)
                .containsExactly(
                        new PlanKeys("cd021832392a65ba", "8cba724ff0c87a05", "37517e5f3dc66819", "434eccd3e717f58d"),
                        new PlanKeys("72de45af25b94364", "fabecbbe3a13e072", "321be600b287acc9", "05781fe1294c3fa2"));
    }

    @Test
    void keysThatAreNotSetLeaveTheTextAsItWas() {
        assertThat(CanonicalText.of(new Later.Field("a", false, 0, null, List.of())))
                .isEqualTo(CanonicalText.of(new Field("a")))
                .isEqualTo("Field[name=\"a\"]");
    }

    @Test
    void whatDiffersHasAnotherText() {
        assertThat(List.of(
                        CanonicalText.of(new Later.Field("a", true, 0, null, List.of())),
                        CanonicalText.of(new Later.Field("a", false, 1, null, List.of())),
                        CanonicalText.of(new Later.Field("a", false, 0, Duration.ZERO, List.of())),
                        CanonicalText.of(new Later.Field("a", false, 0, null, List.of("b", "c"))),
                        CanonicalText.of(new Later.Field("a", false, 0, null, List.of("b, c"))),
                        CanonicalText.of(new Later.Field("a", false, 0, null, List.of("b\", \"c"))),
                        CanonicalText.of(new Other.Field("a", 0)),
                        CanonicalText.of(new Other.Field("a", null)),
                        CanonicalText.of(Map.of("a", 1)),
                        CanonicalText.of(null)))
                .doesNotHaveDuplicates();
    }
}
