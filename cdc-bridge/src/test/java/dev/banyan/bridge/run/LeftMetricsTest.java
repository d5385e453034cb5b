package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.engine.EngineSettings;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.management.ObjectName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An engine that hangs as it is closed keeps its names in JMX, and none after it may wait for them. */
class LeftMetricsTest {

    @TempDir
    Path folder;

    /** What is registered, which is nothing. */
    public interface NothingMBean {}

    private static final class Nothing implements NothingMBean {}

    @ParameterizedTest
    @EnumSource
    void anEngineStartsBesideWhatOneBeforeHasLeft(Dbms dbms) throws Exception {
        var beans = ManagementFactory.getPlatformMBeanServer();
        var left = new ArrayList<ObjectName>();
        for (var context : List.of("snapshot", "streaming", "schema-history")) {
            var name = new ObjectName("debezium."
                    + (dbms == Dbms.POSTGRESQL ? "postgres" : dbms.name().toLowerCase(Locale.ROOT))
                    + ":type=connector-metrics,context=" + context + ",server=" + EngineSettings.PREFIX);
            left.add(beans.registerMBean(new Nothing(), name).getObjectName());
        }
        try (var bridge = new TestBridge(dbms, "left_metrics", folder, "one")) {
            bridge.start();
            bridge.sql("INSERT INTO one VALUES (1, 'a')");
            Await.until("it is sent", () -> bridge.events().size() == 1);

            assertThat(bridge.progress().reason()).isEmpty();
        } finally {
            for (var each : left) {
                beans.unregisterMBean(each);
            }
        }
    }
}
