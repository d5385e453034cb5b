package dev.banyan.bridge.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.TableId;
import io.debezium.util.Strings;
import java.time.Duration;
import java.util.List;
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
                    new EngineSettings.Table(new TableId("public", "six"), List.of("id"), List.of()),
                    new EngineSettings.Table(new TableId("public", "a, b"), List.of("c\\,d, e")),
                    new EngineSettings.Table(new TableId("public", "c,d"), List.of("id"), List.of("e,f"))),
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
                    'public.a, b.c\\,d, e', true
                    'public.a, b.c',   false
                    'public.c,d.e',    true
                    'public.c,d.e,f',  false
                    """)
    void ofATableThatIsReadWholeEveryColumnIsReadButThoseThatNobodyMayRead(String column, boolean isRead) {
        var list = SETTINGS.properties().getProperty("column.include.list");

        assertThat(Strings.setOfRegex(list))
                .as(list)
                .filteredOn(each -> each.matcher(column).matches())
                .hasSize(isRead ? 1 : 0);
    }
}
