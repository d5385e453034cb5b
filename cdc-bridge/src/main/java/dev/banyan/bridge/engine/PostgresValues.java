package dev.banyan.bridge.engine;

import dev.banyan.bridge.record.PostgresSchemas;
import io.debezium.connector.postgresql.PostgresValueConverter;
import io.debezium.connector.postgresql.UnchangedToastedReplicationMessageColumn;
import io.debezium.connector.postgresql.connection.DateTimeFormat;
import io.debezium.data.SpecialValueDecimal;
import io.debezium.spi.converter.CustomConverter;
import io.debezium.spi.converter.RelationalColumn;
import java.math.BigDecimal;
import java.sql.Array;
import java.sql.SQLException;
import java.sql.SQLXML;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.Properties;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.Oid;
import org.postgresql.util.PGobject;

/**
 * What Debezium makes of a column of PostgreSQL where its own way would alter values: infinite dates, times beyond the year 294247, NaN,
 * decimal places at the end, 24:00:00, bit strings, arrays, types it does not know. Debezium makes it itself, from its name.
 */
public final class PostgresValues implements CustomConverter<SchemaBuilder, RelationalColumn> {

    /*
     * A value comes in one of two shapes: from the log as PgOutputReplicationMessage parsed PostgreSQL's text, from a backfill as the
     * JDBC driver did (dates and times as text, see EngineConnections). What is neither a number nor a date goes on as the text that PostgreSQL
     * prints, which both shapes still have.
     *
     * Dates are days, times microseconds since 2000, as PostgreSQL has them: its whole range fits, and its infinities are the ends.
     */

    private static final DateTimeFormat FORMAT = DateTimeFormat.get();
    private static final long SECOND_MICROS = 1_000_000L;

    @Override
    public void configure(Properties properties) {}

    @Override
    public void converterFor(RelationalColumn column, ConverterRegistration<SchemaBuilder> registration) {
        switch (column.nativeType()) {
            case Oid.BOOL,
                    Oid.INT2,
                    Oid.INT4,
                    Oid.INT8,
                    Oid.OID,
                    Oid.FLOAT4,
                    Oid.FLOAT8,
                    Oid.TEXT,
                    Oid.VARCHAR,
                    Oid.BPCHAR,
                    Oid.UUID,
                    Oid.BYTEA -> {
                // Debezium's own way is exact, and quicker.
            }
            case Oid.DATE ->
                register(
                        column,
                        registration,
                        SchemaBuilder.int32().name(PostgresSchemas.DATE),
                        0,
                        PostgresValues::date);
            case Oid.TIMESTAMP ->
                register(
                        column,
                        registration,
                        SchemaBuilder.int64().name(PostgresSchemas.TIMESTAMP),
                        0L,
                        PostgresValues::timestamp);
            case Oid.TIMESTAMPTZ ->
                register(
                        column,
                        registration,
                        SchemaBuilder.int64().name(PostgresSchemas.ZONED_TIMESTAMP),
                        0L,
                        PostgresValues::zonedTimestamp);
            case Oid.NUMERIC ->
                register(
                        column,
                        registration,
                        SchemaBuilder.string().name(PostgresSchemas.NUMERIC),
                        "0",
                        PostgresValues::numeric);
            default ->
                register(
                        column,
                        registration,
                        SchemaBuilder.string().name(PostgresSchemas.TEXT),
                        "",
                        PostgresValues::text);
        }
    }

    @FunctionalInterface
    private interface Conversion {
        /** What goes on in place of {@code value}; null when it is of no class that is known. */
        @Nullable
        Object of(Object value) throws SQLException;
    }

    /** With {@code otherwise} as what a column's default becomes: nobody looks at it, and it comes in shapes of its own. */
    private static void register(
            RelationalColumn column,
            ConverterRegistration<SchemaBuilder> registration,
            SchemaBuilder schema,
            Object otherwise,
            Conversion conversion) {
        var byDefault = column.hasDefaultValue() ? column.defaultValue() : null;
        // Old rows that the log has by their keys alone have NULL in every other column (see RowChanges).
        registration.register(
                column.isOptional() ? schema : schema.optional(),
                value -> converted(column, value, byDefault, otherwise, conversion));
    }

    @SuppressWarnings({"ReferenceEquality", "NullAway"}) // the very object; Debezium, unannotated, wants null for NULL
    private static Object converted(
            RelationalColumn column,
            @Nullable Object value,
            @Nullable Object byDefault,
            Object otherwise,
            Conversion conversion) {
        if (value == null) {
            return null;
        }
        if (UnchangedToastedReplicationMessageColumn.isUnchangedToastedValue(value)) {
            return EngineSettings.UNAVAILABLE;
        }
        if (value == byDefault) {
            return otherwise;
        }
        try {
            var found = conversion.of(value);
            if (found != null) {
                return found;
            }
        } catch (SQLException e) {
            throw new IllegalStateException(column.dataCollection() + "." + column.name() + ": reading its text", e);
        }
        throw new IllegalStateException(column.dataCollection() + "." + column.name() + ": " + column.typeExpression()
                + " came as " + value.getClass().getName() + " (expected: a shape that is known)");
    }

    private static @Nullable Integer date(Object value) {
        return switch (value) {
            case LocalDate day
            when day.equals(PostgresValueConverter.POSITIVE_INFINITY_LOCAL_DATE) -> Integer.MAX_VALUE;
            case LocalDate day
            when day.equals(PostgresValueConverter.NEGATIVE_INFINITY_LOCAL_DATE) -> Integer.MIN_VALUE;
            case LocalDate day -> Math.toIntExact(day.toEpochDay());
            case String text -> date(FORMAT.date(text));
            default -> null;
        };
    }

    private static @Nullable Long timestamp(Object value) {
        return switch (value) {
            case String text when text.equals("infinity") -> Long.MAX_VALUE;
            case String text when text.equals("-infinity") -> Long.MIN_VALUE;
            case String text -> micros(FORMAT.timestampToInstant(text));
            default -> micros(value);
        };
    }

    private static @Nullable Long zonedTimestamp(Object value) {
        return switch (value) {
            case String text when text.equals("infinity") -> Long.MAX_VALUE;
            case String text when text.equals("-infinity") -> Long.MIN_VALUE;
            case String text -> micros(FORMAT.timestampWithTimeZoneToOffsetDateTime(text));
            default -> micros(value);
        };
    }

    @SuppressWarnings("ReferenceEquality") // PostgreSQL has a time that equals Debezium's sign for infinity
    private static @Nullable Long micros(Object value) {
        if (value == PostgresValueConverter.POSITIVE_INFINITY_INSTANT
                || value == PostgresValueConverter.POSITIVE_INFINITY_OFFSET_DATE_TIME) {
            return Long.MAX_VALUE;
        }
        if (value == PostgresValueConverter.NEGATIVE_INFINITY_INSTANT
                || value == PostgresValueConverter.NEGATIVE_INFINITY_OFFSET_DATE_TIME) {
            return Long.MIN_VALUE;
        }
        return switch (value) {
            case Instant time -> micros(time.getEpochSecond(), time.getNano());
            case OffsetDateTime time -> micros(time.toEpochSecond(), time.getNano());
            default -> null;
        };
    }

    private static long micros(long epochSecond, int nanos) {
        return Math.addExact(
                Math.multiplyExact(epochSecond - PostgresSchemas.EPOCH_2000_SECONDS, SECOND_MICROS), nanos / 1_000);
    }

    private static @Nullable String numeric(Object value) {
        return switch (value) {
            case SpecialValueDecimal number ->
                number.getDecimalValue()
                        .map(BigDecimal::toPlainString)
                        .orElseGet(() -> Double.toString(number.toDouble())); // NaN, Infinity, -Infinity
            case BigDecimal number -> number.toPlainString();
            default -> null;
        };
    }

    private static @Nullable String text(Object value) throws SQLException {
        return switch (value) {
            case String text -> text;
            case Array array -> array.toString(); // the driver keeps the text it was read from
            case PGobject object -> object.getValue();
            case SQLXML xml -> xml.getString();
            default -> null;
        };
    }
}
