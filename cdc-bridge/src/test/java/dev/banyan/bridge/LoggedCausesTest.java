package dev.banyan.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import dev.banyan.bridge.change.MappingFailed;
import dev.banyan.bridge.change.Spoken;
import io.debezium.DebeziumException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.format.DateTimeParseException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class LoggedCausesTest {

    /** The line that the product's own logback.xml makes of a warning with {@code thrown}. */
    private static String logged(Throwable thrown) throws Exception {
        var context = new LoggerContext();
        var configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(LoggedCausesTest.class.getResource("/logback.xml"));
        try {
            var logger = context.getLogger("dev.banyan.any");
            var appender =
                    (ConsoleAppender<ILoggingEvent>) context.getLogger("ROOT").getAppender("STDOUT");
            var event = new LoggingEvent("", logger, Level.WARN, "batch failed", thrown, null);
            return new String(appender.getEncoder().encode(event), StandardCharsets.UTF_8);
        } finally {
            context.stop();
        }
    }

    @Test
    void aValueThatACauseQuotesIsNotInTheLog() throws Exception {
        var parsed = new DateTimeParseException("Text '2024-02-31' could not be parsed", "2024-02-31", 0);
        var other = new SQLException("invalid input: \"2024-02-31\"", parsed);
        other.addSuppressed(new IllegalStateException("2024-02-31"));

        assertThat(logged(new MappingFailed("transaction 7: table t").initCause(other)))
                .doesNotContain("2024-02")
                .contains(
                        " WARN ",
                        "batch failed",
                        "dev.banyan.bridge.change.MappingFailed: transaction 7: table t",
                        "Caused by: java.sql.SQLException: SQLException, SQLSTATE null",
                        "Suppressed: java.lang.IllegalStateException",
                        "Caused by: java.time.format.DateTimeParseException",
                        "    at dev.banyan.bridge.LoggedCausesTest.");
    }

    @Test
    void whatIsSaidOfServersAndFilesIsInTheLog() throws Exception {
        var refused = new SQLException("password authentication failed", "28P01", new IOException("No space left"));

        assertThat(logged(new IllegalStateException("2024-02-31", refused)))
                .doesNotContain("2024-02")
                .contains(
                        "java.lang.IllegalStateException: IllegalStateException",
                        "java.sql.SQLException: password authentication failed",
                        "java.io.IOException: No space left");
    }

    @Test
    void theReasonForAStartAnewQuotesNoValueEither() {
        var parsed = new DateTimeParseException("Text '2024-02-31' could not be parsed", "2024-02-31", 0);

        assertThat(Spoken.of(new SQLException("a key (1980-01-31) exists", "23505")))
                .isEqualTo("SQLException, SQLSTATE 23505");
        assertThat(Spoken.of(parsed)).isEqualTo("DateTimeParseException");
        assertThat(Spoken.of(new ExecutionException(parsed)))
                .isEqualTo("java.time.format.DateTimeParseException: DateTimeParseException");
        assertThat(Spoken.of(new DebeziumException(parsed.getMessage(), parsed)))
                .isEqualTo("DateTimeParseException");
        assertThat(Spoken.of(new BatchUpdateException("INSERT ('secret') was aborted", "53100", new int[0])))
                .isEqualTo("BatchUpdateException, SQLSTATE 53100");
        assertThat(Spoken.of(new SQLTransientConnectionException("total=4, active=4")))
                .isEqualTo("total=4, active=4");
        assertThat(Spoken.of(new MappingFailed("transaction 7: table t").initCause(parsed)))
                .isEqualTo("transaction 7: table t");
    }
}
