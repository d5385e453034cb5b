package dev.banyan.bridge.record;

/**
 * Names of the schemas that the bridge gives columns of PostgreSQL in place of Debezium's own. Dates are days since 1970, times microseconds
 * since 2000, both with the greatest and the least number for infinity; numbers and all others are the text that PostgreSQL prints.
 */
public final class PostgresSchemas {

    public static final String DATE = "banyan.Date";
    public static final String TIMESTAMP = "banyan.Timestamp";
    public static final String ZONED_TIMESTAMP = "banyan.ZonedTimestamp";
    public static final String NUMERIC = "banyan.Numeric";
    public static final String TEXT = "banyan.Text";

    /** Seconds from 1970 to 2000, in UTC. */
    public static final long EPOCH_2000_SECONDS = 946_684_800L;

    private PostgresSchemas() {}
}
