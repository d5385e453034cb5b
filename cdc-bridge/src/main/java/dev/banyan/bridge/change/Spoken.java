package dev.banyan.bridge.change;

import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.List;

/**
 * What a failure says, where that quotes nothing of a row. What a library says of a value that it failed at may quote it, such as a date that is
 * none, of a column that nobody may read; what is said of servers, sockets and files does not.
 */
public final class Spoken {

    private static final List<String> OF_NO_VALUE = List.of(
            "dev.banyan.",
            "io.debezium.DebeziumException",
            "java.io.",
            "java.net.",
            "java.nio.",
            "java.security.",
            "java.util.concurrent.",
            "javax.net.",
            "sun.security.",
            "org.apache.kafka.",
            "software.amazon.awssdk.");

    /** Kafka Connect's, about a value and its schema. */
    private static final String OF_A_VALUE = "org.apache.kafka.connect.errors.DataException";

    /** Classes of SQLSTATE whose messages quote values: data exceptions and violated constraints. */
    private static final List<String> STATES_OF_VALUES = List.of("22", "23");

    private static final int CAUSES_MAX = 20;

    private Spoken() {}

    /** The message of {@code failure}, but for what it repeats of a cause that quotes a value, or what kind of failure it is. */
    public static String of(Throwable failure) {
        var said = failure.getMessage();
        if (said == null || !speaks(failure)) {
            return failure instanceof SQLException sql
                    ? name(failure) + ", SQLSTATE " + sql.getSQLState()
                    : name(failure);
        }
        var cause = failure.getCause();
        for (var depth = 0; cause != null && depth < CAUSES_MAX; depth++, cause = cause.getCause()) {
            var repeated = cause.getMessage();
            if (repeated != null && !repeated.isEmpty() && !speaks(cause)) {
                said = said.replace(repeated, name(cause));
            }
        }
        return said;
    }

    /** Whether {@code failure} itself says more than what kind it is. */
    public static boolean speaks(Throwable failure) {
        var name = failure.getClass().getName();
        if (failure.getMessage() == null || failure instanceof BatchUpdateException || name.equals(OF_A_VALUE)) {
            return false; // the second quotes its statement
        }
        if (failure instanceof SQLException sql) {
            var state = sql.getSQLState();
            return state == null
                    ? failure instanceof SQLTransientConnectionException
                    : STATES_OF_VALUES.stream().noneMatch(state::startsWith);
        }
        return failure instanceof VirtualMachineError
                || failure instanceof LinkageError
                || OF_NO_VALUE.stream().anyMatch(name::startsWith);
    }

    private static String name(Throwable failure) {
        return failure.getClass().getSimpleName();
    }
}
