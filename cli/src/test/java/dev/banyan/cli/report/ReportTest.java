package dev.banyan.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

class ReportTest {

    @Test
    void aBrokenClaimBreaksItsStep() {
        var step = new Step("one", "One");
        step.figure("requests", 7);
        step.claim("holds", true);
        assertThat(step.end().held()).isTrue();
        step.claim("the sky is green", false);
        assertThat(step.end().held()).isFalse();
        assertThat(step.end().broken()).containsExactly("the sky is green");
    }

    @Test
    void theFileIsJsonWithStepsInTheirOrder(@TempDir Path folder) throws Exception {
        var step = new Step("one", "One");
        step.figure("requests", 7);
        var report = new Report(
                "1",
                "2026-01-01T00:00:00Z",
                1.5,
                false,
                Report.Machine.here(),
                Map.of(),
                Map.of(),
                List.of(step.end()),
                null,
                List.of());
        var file = folder.resolve("deep/report.json");
        report.write(file);
        var json = JsonMapper.shared().readTree(Files.readString(file));
        assertThat(json.path("held").asBoolean(true)).isFalse();
        assertThat(json.path("steps").path(0).path("figures").path("requests").asInt())
                .isEqualTo(7);
        assertThat(json.path("machine").path("cores").asInt()).isPositive();
        assertThat(json.path("run").isNull()).isTrue();
    }
}
