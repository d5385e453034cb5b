package dev.banyan.cli.toolkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ToolkitTest {

    private static final String COLLECTOR = "-XX:+UseParallelGC";
    private static final String YOUNG = "-Xmn256m";
    private static final long HEAP = 4L << 30;
    private static final String LEAKS = "-Dio.netty.leakDetection.level=disabled";

    @ParameterizedTest
    @CsvSource(textBlock = """
            '',                                    collector young leaks
            -Dx=y,                                 collector young leaks
            -Xmx1g -XX:+UseZGC,                    leaks
            -Xmx1g,                                collector leaks
            -Xmn1g,                                collector leaks
            -XX:NewSize=1g,                        collector leaks
            -XX:MaxRAMPercentage=50,               collector leaks
            -Dio.netty.leakDetection.level=simple, collector young
            """)
    void whatTheEnvironmentChoosesIsNotChosenForIt(String environment, String ours) {
        var expected = Arrays.stream(ours.split(" "))
                .map(word -> Map.of("collector", COLLECTOR, "young", YOUNG, "leaks", LEAKS)
                        .get(word))
                .toList();
        assertThat(Toolkit.gatewayOptions(Map.of("JDK_JAVA_OPTIONS", environment), HEAP))
                .isEqualTo(expected);
        assertThat(Toolkit.gatewayOptions(Map.of("JAVA_TOOL_OPTIONS", environment), HEAP))
                .isEqualTo(expected);
    }

    @Test
    void aProgramHasOneCollector() {
        assertThat(Toolkit.collector("-XX:+UseSerialGC", Map.of("PATH", "/bin")))
                .containsExactly("-XX:+UseSerialGC");
        assertThat(Toolkit.collector("-XX:+UseSerialGC", Map.of("JAVA_TOOL_OPTIONS", "-Dx=y -XX:+UseG1GC")))
                .isEmpty();
    }

    /** With an eighth of a heap that small left for what lives on, the JVM says that it cannot use the cache of classes, and ends. */
    @Test
    void halfOfASmallHeapIsForWhatLivesOn() {
        assertThat(Toolkit.gatewayOptions(Map.of(), 128L << 20)).contains("-Xmn64m");
        assertThat(Toolkit.gatewayOptions(Map.of(), 1000)).contains("-Xmn1m");
    }
}
