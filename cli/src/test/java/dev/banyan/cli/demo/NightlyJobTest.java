package dev.banyan.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NightlyJobTest {

    /** A driver that fails as its URL says. */
    private record Failing() implements Driver {

        @Override
        public @Nullable Connection connect(String url, Properties info) throws SQLException {
            return switch (url) {
                case "jdbc:failing:in-sql" -> throw new SQLException("no such procedure");
                case "jdbc:failing:otherwise" -> throw new IllegalStateException("a driver's own fault");
                default -> null;
            };
        }

        @Override
        public boolean acceptsURL(String url) {
            return url.startsWith("jdbc:failing:");
        }

        @Override
        public DriverPropertyInfo[] getPropertyInfo(String url, Properties info) {
            return new DriverPropertyInfo[0];
        }

        @Override
        public int getMajorVersion() {
            return 1;
        }

        @Override
        public int getMinorVersion() {
            return 0;
        }

        @Override
        public boolean jdbcCompliant() {
            return false;
        }

        @Override
        public Logger getParentLogger() throws SQLFeatureNotSupportedException {
            throw new SQLFeatureNotSupportedException();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"in-sql", "otherwise"})
    void whatEndedItIsKept(String how) throws Exception {
        var driver = new Failing();
        DriverManager.registerDriver(driver);
        try (var job = new NightlyJob("jdbc:failing:" + how, List.of("A01"), Size.SMALL)) {
            assertThat(Scene.await(Duration.ofMinutes(2), () -> job.trouble().isPresent()))
                    .isTrue();
        } finally {
            DriverManager.deregisterDriver(driver);
        }
    }
}
