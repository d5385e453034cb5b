package dev.banyan.bridge.change;

import java.sql.SQLException;
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

    private Spoken() {}

    /** The message of {@code failure}, or what kind of failure it is. */
    public static String of(Throwable failure) {
        var name = failure.getClass().getName();
        if (failure instanceof SQLException sql) {
            var state = String.valueOf(sql.getSQLState());
            return sql.getSQLState() == null
                            || STATES_OF_VALUES.contains(state.substring(0, Math.min(2, state.length())))
                    ? failure.getClass().getSimpleName() + ", SQLSTATE " + state
                    : String.valueOf(failure.getMessage());
        }
        var speaks = failure instanceof VirtualMachineError
                || (OF_NO_VALUE.stream().anyMatch(name::startsWith) && !name.equals(OF_A_VALUE));
        return speaks
                ? String.valueOf(failure.getMessage())
                : failure.getClass().getSimpleName();
    }
}
