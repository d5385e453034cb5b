package dev.banyan.bridge.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TemporalConverterTest {

    @ParameterizedTest
    @CsvSource({"PT-838H-59M-59S, 0, -838:59:59", "PT1H2M3.045S, 3, 01:02:03.045", "PT0S, 6, 00:00:00.000000"})
    void aTimeIsTextAsMariaDbPrintsItInEveryLocale(Duration time, int digits, String expected) {
        var usual = Locale.getDefault(Locale.Category.FORMAT);
        Locale.setDefault(Locale.Category.FORMAT, Locale.of("ar", "EG")); // which has digits of its own
        try {
            assertThat(TemporalConverter.time(time, digits)).isEqualTo(expected);
        } finally {
            Locale.setDefault(Locale.Category.FORMAT, usual);
        }
    }
}
