package dev.banyan.bridge.source;

import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.change.TableId;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * What a column holds, in PostgreSQL's words. {@code name} is its type as declared, {@code base} the type a domain is made of, else the same.
 * With {@code isText} the text that PostgreSQL prints for a value reaches the bridge letter for letter.
 */
public record ColumnType(
        String name, String base, boolean isText, boolean isEnum, boolean isNullable, Generated generated) {

    /** How a column that nobody writes gets its values. */
    public enum Generated {
        NO,
        STORED,
        VIRTUAL
    }

    /*
     * Not among them, because a backfill or Debezium would alter values: money (as a floating-point number, in the currency of the
     * server's locale), interval (rearranged), time with time zone (its zone is lost), hstore (its order is lost), the geometric types.
     */
    private static final Set<String> EXACT = Set.of(
            "bool",
            "int2",
            "int4",
            "int8",
            "oid",
            "float4",
            "float8",
            "numeric",
            "text",
            "varchar",
            "bpchar",
            "char",
            "name",
            "citext",
            "uuid",
            "bytea",
            "date",
            "time",
            "timestamp",
            "timestamptz",
            "bit",
            "varbit",
            "json",
            "jsonb",
            "xml",
            "inet",
            "cidr",
            "macaddr",
            "macaddr8",
            "pg_lsn",
            "tsvector",
            "tsquery",
            "ltree");

    /** The type of values that come through the log as {@code sqlType}. */
    static ColumnType logged(Dbms dbms, String sqlType) {
        var isText = dbms == Dbms.POSTGRESQL || MariaDbTypes.TEXTS.contains(sqlType);
        return new ColumnType(sqlType, sqlType, isText, false, true, Generated.NO);
    }

    /** By table and name, every column of {@code tables} that are there. */
    public static Map<TableId, Map<String, ColumnType>> of(Connection connection, Collection<TableId> tables)
            throws SQLException {
        return connection.getMetaData().getDatabaseProductName().equals("MariaDB")
                ? MariaDbTypes.of(connection, tables)
                : postgresql(connection, tables);
    }

    private static Map<TableId, Map<String, ColumnType>> postgresql(Connection connection, Collection<TableId> tables)
            throws SQLException {
        var types = new HashMap<TableId, Map<String, ColumnType>>();
        try (var select = connection.prepareStatement("""
                SELECT n.nspname, c.relname, a.attname, format_type(a.atttypid, NULL), format_type(base.oid, NULL),
                       a.attgenerated, base.typtype, base.typname, COALESCE(element.typtype, ''), COALESCE(element.typname, ''),
                       a.attnotnull
                FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
                CROSS JOIN LATERAL (
                    WITH RECURSIVE made (oid, depth) AS (
                        SELECT a.atttypid, 0
                        UNION ALL SELECT d.typbasetype, depth + 1 FROM pg_type d JOIN made USING (oid) WHERE d.typtype = 'd')
                    SELECT t.oid, t.typtype, t.typname, CASE WHEN t.typcategory = 'A' THEN t.typelem END AS typelem
                    FROM made JOIN pg_type t USING (oid) ORDER BY depth DESC LIMIT 1) base
                LEFT JOIN pg_type element ON element.oid = base.typelem
                WHERE a.attnum > 0 AND NOT a.attisdropped AND n.nspname || '.' || c.relname = ANY (?)""")) {
            select.setArray(1, FoundTable.names(connection, tables));
            try (var result = select.executeQuery()) {
                while (result.next()) {
                    var isArray = !result.getString(9).isEmpty();
                    types.computeIfAbsent(new TableId(result.getString(1), result.getString(2)), _ -> new HashMap<>())
                            .put(
                                    result.getString(3),
                                    new ColumnType(
                                            result.getString(4),
                                            result.getString(5),
                                            isText(
                                                    result.getString(isArray ? 9 : 7),
                                                    result.getString(isArray ? 10 : 8)),
                                            result.getString(7).equals("e"),
                                            !result.getBoolean(11),
                                            generated(result.getString(6))));
                }
            }
        }
        return types;
    }

    /** Enums, ranges, multiranges and composites print as text of their own; of the rest those that are known to. */
    private static boolean isText(String kind, String name) {
        return switch (kind) {
            case "e", "r", "m", "c" -> true;
            default -> EXACT.contains(name);
        };
    }

    private static Generated generated(String flag) {
        return switch (flag) {
            case "s" -> Generated.STORED;
            case "v" -> Generated.VIRTUAL;
            default -> Generated.NO;
        };
    }

    /** True when nobody writes it. */
    boolean isGenerated() {
        return generated != Generated.NO;
    }
}
