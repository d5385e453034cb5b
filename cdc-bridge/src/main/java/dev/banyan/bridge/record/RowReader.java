package dev.banyan.bridge.record;

import dev.banyan.bridge.change.Columns;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.Untouched;
import dev.banyan.bridge.change.ValueText;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Predicate;
import org.apache.kafka.connect.data.Date;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Time;
import org.apache.kafka.connect.data.Timestamp;
import org.jspecify.annotations.Nullable;

/** Turns Debezium's rows into ours. Made for one thread; remembers what each column's type needs. */
public final class RowReader {

    private static final String INFINITY = "infinity";
    private static final String BITS = "io.debezium.data.Bits";
    private static final long INFINITE_MICROS = 9_223_372_036_825_200_000L;
    private static final long MINUS_INFINITE_MICROS = -9_223_372_036_832_400_000L;
    private static final long MICROS_PER_SECOND = 1_000_000L;
    private static final long NANOS_PER_MICRO = 1_000L;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final long NANOS_PER_HOUR = 3_600 * NANOS_PER_SECOND;
    private static final long NANOS_PER_DAY = 24 * NANOS_PER_HOUR;

    private record Column(Field field, Conversion conversion) {}

    private record Table(Schema schema, Columns names, List<Column> columns) {}

    @FunctionalInterface
    private interface Conversion {
        Object apply(Object value);
    }

    private final Map<String, Table> tableBySchemasName = new HashMap<>();
    private final String unavailable;
    private final byte[] unavailableBytes;
    private final Predicate<Field> isRead;
    private final boolean isOfNamed;
    private long bytesRead;

    /** A reader of every column; {@code unavailable} is what Debezium writes for a large value that the statement did not touch. */
    public RowReader(String unavailable) {
        this(_ -> true, unavailable, false);
    }

    /** A reader of those columns whose names {@code isRead} takes. */
    public RowReader(String unavailable, Predicate<String> isRead) {
        this(field -> isRead.test(field.name()), unavailable, true);
    }

    /** A reader of every column that a mapping could read; others, such as geometries, are left out. */
    public static RowReader ofReadable(String unavailable) {
        return new RowReader(field -> isReadable(field.schema()), unavailable, false);
    }

    private RowReader(Predicate<Field> isRead, String unavailable, boolean isOfNamed) {
        this.isOfNamed = isOfNamed;
        this.unavailable = unavailable;
        this.unavailableBytes = unavailable.getBytes(StandardCharsets.UTF_8);
        this.isRead = isRead;
    }

    /** The row in {@code after}; a large value the statement did not touch is taken from {@code before}, else it is {@link Untouched}. */
    public Row read(Struct after, @Nullable Row before) {
        var table = table(after.schema());
        var values = new @Nullable Object[table.columns.size()];
        for (var place = 0; place < values.length; place++) {
            var column = table.columns.get(place);
            // Not get(): it gives the column's default in place of a NULL.
            var value = after.getWithoutDefault(column.field.name());
            if (value != null && isUnavailable(value)) {
                values[place] = fromBefore(column.field.name(), before);
            } else if (value != null) {
                values[place] = column.conversion.apply(value);
                bytesRead += size(value);
            }
        }
        return table.names.row(values);
    }

    /** A rough count of the bytes in the values read since the last call. */
    public long takeBytesRead() {
        var bytes = bytesRead;
        bytesRead = 0;
        return bytes;
    }

    private static @Nullable Object fromBefore(String column, @Nullable Row before) {
        return before == null || !before.values().containsKey(column) ? Untouched.VALUE : before.get(column);
    }

    private boolean isUnavailable(Object value) {
        return switch (value) {
            case String text -> text.equals(unavailable);
            case byte[] bytes -> Arrays.equals(bytes, unavailableBytes);
            case ByteBuffer bytes -> bytes.equals(ByteBuffer.wrap(unavailableBytes));
            default -> false;
        };
    }

    private static long size(Object value) {
        return switch (value) {
            case String text -> 48L + text.length();
            case byte[] bytes -> 32L + bytes.length;
            case ByteBuffer bytes -> 32L + bytes.remaining();
            default -> 32L;
        };
    }

    @SuppressWarnings("ReferenceEquality") // all their fields would be compared, for each row
    private Table table(Schema schema) {
        // Debezium hands out the same Schema object for a table until PostgreSQL describes it anew, as it does after
        // each ANALYZE: the one before has gone.
        var name = Objects.requireNonNullElse(schema.name(), "");
        var known = tableBySchemasName.get(name);
        if (known == null || known.schema != schema) {
            var columns = schema.fields().stream()
                    .filter(isRead)
                    .map(field -> new Column(field, conversion(whole(field), field.schema())))
                    .toList();
            var names = columns.stream().map(column -> column.field.name()).toList();
            known = new Table(schema, new Columns(names), columns);
            tableBySchemasName.put(name, known);
        }
        return known;
    }

    /** The name of {@code field}, whose values Debezium does not alter: of bits it leaves out how many there are. */
    private String whole(Field field) {
        if (isOfNamed && BITS.equals(field.schema().name())) {
            throw new IllegalStateException(
                    "column " + field.name() + ": bits (expected: a type whose values come as they are)");
        }
        return field.name();
    }

    private static Conversion conversion(String column, Schema schema) {
        var name = schema.name() == null ? "" : schema.name();
        return switch (name) {
            case PostgresSchemas.DATE -> value -> date((Integer) value);
            case PostgresSchemas.TIMESTAMP -> value -> timestamp((Long) value);
            case PostgresSchemas.ZONED_TIMESTAMP -> value -> zonedTimestamp((Long) value);
            case PostgresSchemas.NUMERIC -> value -> numeric((String) value);
            case PostgresSchemas.TEXT -> value -> value;
            case "io.debezium.time.Date" -> value -> LocalDate.ofEpochDay((Integer) value);
            case "io.debezium.time.Timestamp" -> value -> atMillis((Long) value);
            case "io.debezium.time.MicroTimestamp" -> value -> atMicros((Long) value);
            case "io.debezium.time.Time" -> value -> time((Integer) value * MICROS_PER_SECOND);
            case "io.debezium.time.MicroTime" -> value -> time(Math.multiplyExact((Long) value, NANOS_PER_MICRO));
            case "io.debezium.time.ZonedTimestamp" -> value -> zoned((String) value);
            case "io.debezium.time.ZonedTime" -> value -> OffsetTime.parse((String) value);
            case "io.debezium.data.Uuid" -> value -> UUID.fromString((String) value);
            case "io.debezium.time.NanoTimestamp" -> value -> atNanos((Long) value);
            case "io.debezium.time.NanoTime" -> value -> time((Long) value);
            case "io.debezium.time.IsoDate" -> value -> isoDate((String) value);
            case "io.debezium.time.IsoTimestamp" -> value -> isoTimestamp((String) value);
            case Date.LOGICAL_NAME -> value -> utc(value).toLocalDate();
            case Time.LOGICAL_NAME -> value -> ValueText.of(utc(value).toLocalTime());
            case Timestamp.LOGICAL_NAME -> RowReader::utc;
            case Decimal.LOGICAL_NAME -> value -> value;
            case "io.debezium.data.VariableScaleDecimal" -> value -> decimal((Struct) value);
            default -> plain(column, schema);
        };
    }

    private static boolean isReadable(Schema schema) {
        return switch (schema.type()) {
            case MAP -> false;
            case STRUCT -> "io.debezium.data.VariableScaleDecimal".equals(schema.name());
            case ARRAY -> isReadable(schema.valueSchema());
            default -> true;
        };
    }

    private static Conversion plain(String column, Schema schema) {
        return switch (schema.type()) {
            case STRING, BOOLEAN, INT8, INT16, INT32, INT64, FLOAT32, FLOAT64 -> value -> value;
            case BYTES -> RowReader::bytes;
            case ARRAY -> {
                var element = conversion(column, schema.valueSchema());
                yield value -> ((List<?>) value)
                        .stream()
                                .map(one -> one == null ? "" : element.apply(one))
                                .toList();
            }
            case MAP, STRUCT ->
                throw new IllegalStateException(
                        "column " + column + ": type " + schema.name() + " (expected: a type the mapping can read)");
        };
    }

    private static byte[] bytes(Object value) {
        if (value instanceof byte[] bytes) {
            return bytes;
        }
        var buffer = ((ByteBuffer) value).duplicate();
        var bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    /** PostgreSQL's driver has a number for each infinity, which Debezium takes for a time. */
    private static Object atMillis(long millis) {
        return millis == INFINITE_MICROS / 1_000L || millis == MINUS_INFINITE_MICROS / 1_000L
                ? atMicros(millis > 0 ? INFINITE_MICROS : MINUS_INFINITE_MICROS)
                : atMicros(Math.multiplyExact(millis, 1_000L));
    }

    private static Object atMicros(long micros) {
        if (micros == INFINITE_MICROS || micros == MINUS_INFINITE_MICROS) {
            return micros > 0 ? INFINITY : "-" + INFINITY;
        }
        return LocalDateTime.ofEpochSecond(
                Math.floorDiv(micros, MICROS_PER_SECOND),
                (int) (Math.floorMod(micros, MICROS_PER_SECOND) * NANOS_PER_MICRO),
                ZoneOffset.UTC);
    }

    private static LocalDateTime atNanos(long nanos) {
        return LocalDateTime.ofEpochSecond(
                Math.floorDiv(nanos, NANOS_PER_SECOND), (int) Math.floorMod(nanos, NANOS_PER_SECOND), ZoneOffset.UTC);
    }

    /** A date as Debezium writes it with {@code time.precision.mode=isostring}: {@code 2026-11-25Z}. The Z says nothing. */
    public static LocalDate isoDate(String text) {
        return LocalDate.parse(withoutZone(text));
    }

    /** A wall clock as Debezium writes it with {@code time.precision.mode=isostring}: {@code 2026-11-25T21:18:00Z}. The Z says nothing. */
    public static LocalDateTime isoTimestamp(String text) {
        return LocalDateTime.parse(withoutZone(text));
    }

    private static String withoutZone(String text) {
        return text.endsWith("Z") ? text.substring(0, text.length() - 1) : text;
    }

    /** The wall clock that Kafka Connect's own types keep as if it were UTC's. */
    private static LocalDateTime utc(Object value) {
        return LocalDateTime.ofInstant(((java.util.Date) value).toInstant(), ZoneOffset.UTC);
    }

    /** The text of a time: PostgreSQL's may be 24:00:00, MySQL's is a span of up to 838 hours, before or after. */
    private static String time(long nanos) {
        if (nanos >= 0 && nanos < NANOS_PER_DAY) {
            return ValueText.of(LocalTime.ofNanoOfDay(nanos));
        }
        var span = Math.abs(nanos);
        var hours = span / NANOS_PER_HOUR;
        var rest = ValueText.of(LocalTime.ofNanoOfDay(span % NANOS_PER_HOUR));
        return (nanos < 0 ? "-" : "") + (hours < 10 ? "0" : "") + hours + rest.substring(rest.indexOf(':'));
    }

    private static Object date(int day) {
        return switch (day) {
            case Integer.MAX_VALUE -> INFINITY;
            case Integer.MIN_VALUE -> "-" + INFINITY;
            default -> LocalDate.ofEpochDay(day);
        };
    }

    private static Object timestamp(long micros) {
        if (micros == Long.MAX_VALUE || micros == Long.MIN_VALUE) {
            return micros > 0 ? INFINITY : "-" + INFINITY;
        }
        return LocalDateTime.ofEpochSecond(
                Math.floorDiv(micros, MICROS_PER_SECOND) + PostgresSchemas.EPOCH_2000_SECONDS,
                (int) (Math.floorMod(micros, MICROS_PER_SECOND) * NANOS_PER_MICRO),
                ZoneOffset.UTC);
    }

    private static Object zonedTimestamp(long micros) {
        return timestamp(micros) instanceof LocalDateTime time ? time.atOffset(ZoneOffset.UTC) : timestamp(micros);
    }

    /** A number; as text what is none, {@code NaN} and the infinities. */
    private static Object numeric(String text) {
        return Character.isDigit(text.charAt(text.length() - 1)) ? new BigDecimal(text) : text;
    }

    private static Object zoned(String text) {
        return text.endsWith("infinity") ? text : OffsetDateTime.parse(text);
    }

    private static BigDecimal decimal(Struct value) {
        return new BigDecimal(new BigInteger(bytes(value.get("value"))), value.getInt32("scale"));
    }
}
