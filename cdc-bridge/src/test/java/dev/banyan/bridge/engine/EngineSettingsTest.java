package dev.banyan.bridge.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.TableId;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EngineSettingsTest {

    private static final EngineSettings SETTINGS = new EngineSettings(
            "test",
            new EngineSettings.Database("host", 1, "db", "user", ""),
            new EngineSettings.Reading.Slot("slot", "publication"),
            new TableId("banyan", "signal"),
            List.of(
                    new EngineSettings.Table(new TableId("public", "one"), List.of("id", "v")),
                    new EngineSettings.Table(new TableId("public", "two"), List.of("id"), List.of("ssn", "a.b")),
                    new EngineSettings.Table(new TableId("public", "six"), List.of("id"), List.of())),
            Duration.ofSeconds(1),
            1);

    @ParameterizedTest
    @CsvSource(textBlock = """
                    public.one.id,   true
                    public.one.w,    false
                    public.two.id,   true
                    public.two.w,    true
                    public.two.ssn2, true
                    public.two.ssn,  false
                    public.two.a.b,  false
                    public.two.axb,  true
                    public.six.ssn,  true
                    public.ten.id,   false
                    """)
    void ofATableThatIsReadWholeEveryColumnIsReadButThoseThatNobodyMayRead(String column, boolean isRead) {
        var list = SETTINGS.properties().getProperty("column.include.list");

        assertThat(List.of(list.split("(?<!\\\\),", -1)))
                .as(list)
                .filteredOn(each -> Pattern.matches(each, column))
                .hasSize(isRead ? 1 : 0);
    }
}
