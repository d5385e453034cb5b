package dev.banyan.bridge.engine;

import io.debezium.spi.converter.CustomConverter;
import io.debezium.spi.converter.RelationalColumn;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.Year;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.jspecify.annotations.Nullable;

/** Converts MariaDB's DATE, DATETIME, TIMESTAMP, TIME and YEAR to the last microsecond, and finds zero dates. */
public final class TemporalConverter implements CustomConverter<SchemaBuilder, RelationalColumn> {

    /*
     * MariaDB has dates that are none: 0000-00-00, 2024-02-00. Debezium reads them as NULL, and where the column is NOT NULL it makes them
     * 1970-01-01 without a word. Here they are NULL if the configuration says so, and else the bridge stops at them. In a column that may be
     * NULL the two cannot be told apart any more; so the set-up asks for a server that takes no zero dates, or for the configuration's word.
     *
     * A TIME may be negative or longer than a day, so it is text, as MariaDB prints it.
     */

    /** The converter's setting: whether zero dates are NULL. */
    static final String AS_NULL = "zeroDatesAsNull";

    /** The converter's setting: the engine's name. */
    static final String ENGINE = "engine";

    /* Debezium says of what is thrown here only which column it was, so the reason waits here to be asked for. */
    private static final Map<String, TransactionUnreadable> REFUSED_BY_ENGINE = new ConcurrentHashMap<>();

    private static final LocalDateTime EPOCH = LocalDateTime.of(1970, 1, 1, 0, 0);

    private static final LocalDateTime MOVED_FROM = LocalDateTime.of(1582, 10, 15, 0, 0);
    private static final LocalDateTime MOVED_TO = LocalDateTime.of(1582, 10, 25, 0, 0);

    private String engine = "";
    private boolean isZeroNull;

    @Override
    public void configure(Properties properties) {
        engine = properties.getProperty(ENGINE);
        isZeroNull = Boolean.parseBoolean(properties.getProperty(AS_NULL));
    }

    @Override
    public void converterFor(RelationalColumn column, ConverterRegistration<SchemaBuilder> registration) {
        switch (column.typeName().toUpperCase(Locale.ROOT)) {
            case "DATE" ->
                registration.register(
                        SchemaBuilder.int32().name("io.debezium.time.Date").optional(),
                        value -> value == null ? zero(column) : date(column, value));
            case "DATETIME" ->
                registration.register(
                        SchemaBuilder.int64()
                                .name("io.debezium.time.MicroTimestamp")
                                .optional(),
                        value -> value == null ? zero(column) : micros(column, value));
            case "TIMESTAMP" ->
                registration.register(
                        SchemaBuilder.string()
                                .name("io.debezium.time.ZonedTimestamp")
                                .optional(),
                        value -> timestamp(column, value));
            case "TIME" ->
                registration.register(
                        SchemaBuilder.string().optional(),
                        value -> value == null
                                ? null
                                : time(value, column.length().orElse(0)));
            case "YEAR" ->
                registration.register(
                        SchemaBuilder.int32().name("io.debezium.time.Year").optional(),
                        value -> value == null ? null : year(value));
            default -> {}
        }
    }

    /** The year 0000 comes through the log as 1900, which MariaDB has not. */
    private static int year(Object value) {
        var year =
                switch (value) {
                    case Number number -> number.intValue();
                    case Year known -> known.getValue();
                    default -> throw unknown(value);
                };
        return year == 1900 ? 0 : year;
    }

    static String time(Object value, int digits) {
        if (value instanceof String known) {
            return known;
        }
        if (!(value instanceof Duration time)) {
            throw unknown(value);
        }
        var absolute = time.abs();
        var text = String.format(
                Locale.ROOT,
                "%s%02d:%02d:%02d",
                time.isNegative() ? "-" : "",
                absolute.toHours(),
                absolute.toMinutesPart(),
                absolute.toSecondsPart());
        return digits == 0
                ? text
                : text + "."
                        + String.format(Locale.ROOT, "%09d", absolute.toNanosPart())
                                .substring(0, digits);
    }

    private @Nullable Object zero(RelationalColumn column) {
        if (column.isOptional() || isZeroNull) {
            return null;
        }
        throw unreadable(column);
    }

    private TransactionUnreadable unreadable(RelationalColumn column) {
        return refused(column.dataCollection() + "." + column.name()
                + ": a zero date (expected: a date, or source.zeroDates: asNull)");
    }

    private TransactionUnreadable refused(String why) {
        var refused = new TransactionUnreadable(why);
        REFUSED_BY_ENGINE.put(engine, refused);
        return refused;
    }

    /** What stopped the engine called {@code name}, if that was a value; it is forgotten then. */
    public static Optional<TransactionUnreadable> takeRefused(String name) {
        return Optional.ofNullable(REFUSED_BY_ENGINE.remove(name));
    }

    private Object date(RelationalColumn column, Object value) {
        return switch (value) {
            case LocalDate date -> Math.toIntExact(date.toEpochDay());
            case Integer known -> known; // a default, converted already
            // What Debezium cannot read by itself it takes from a backfill's driver, which makes 2 March of 31
            // February.
            case java.sql.Date _ ->
                throw refused(column.dataCollection() + "." + column.name()
                        + ": a day that no calendar has (expected: a date)");
            default -> throw unknown(value);
        };
    }

    private Object micros(RelationalColumn column, Object value) {
        return switch (value) {
            case LocalDateTime time -> micros(time);
            case Timestamp time -> micros(unmoved(column, time.toLocalDateTime()));
            case Long known -> known;
            default -> throw unknown(value);
        };
    }

    private static long micros(LocalDateTime time) {
        return ChronoUnit.MICROS.between(EPOCH, time);
    }

    /** A backfill's driver moves the ten days that the calendar of 1582 has not onto those that follow: nobody can tell then. */
    private LocalDateTime unmoved(RelationalColumn column, LocalDateTime time) {
        if (!time.isBefore(MOVED_FROM) && time.isBefore(MOVED_TO)) {
            throw refused(column.dataCollection() + "." + column.name()
                    + ": read by a backfill, a time of these days may be ten days earlier (expected: no date and time from 5"
                    + " to 24 October 1582)");
        }
        return time;
    }

    private @Nullable Object timestamp(RelationalColumn column, @Nullable Object value) {
        if (value instanceof String known) {
            return known;
        }
        var instant =
                switch (value) {
                    case null -> Instant.EPOCH;
                    case OffsetDateTime time -> time.toInstant();
                    case ZonedDateTime time -> time.toInstant();
                    case Timestamp time -> time.toInstant();
                    default -> throw unknown(value);
                };
        if (value == null && column.isOptional()) {
            return null;
        }
        if (instant.equals(Instant.EPOCH)) { // no time stamp of MariaDB is that early
            if (isZeroNull) {
                return null;
            }
            throw unreadable(column);
        }
        return instant.toString();
    }

    private static IllegalArgumentException unknown(Object value) {
        return new IllegalArgumentException(
                "a date as " + value.getClass() + " (expected: one of the kinds Debezium hands out)");
    }
}
