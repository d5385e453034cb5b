package dev.banyan.bridge.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.shyiko.mysql.binlog.event.Event;
import com.github.shyiko.mysql.binlog.event.EventData;
import com.github.shyiko.mysql.binlog.event.EventHeaderV4;
import com.github.shyiko.mysql.binlog.event.MariadbGtidEventData;
import com.github.shyiko.mysql.binlog.event.TableMapEventData;
import com.github.shyiko.mysql.binlog.event.TableMapEventMetadata;
import dev.banyan.bridge.change.TableId;
import io.debezium.relational.Column;
import io.debezium.relational.Tables;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Over events as the client makes them of the log. */
class LoggedNamesTest {

    private final List<String> misread = new ArrayList<>();
    private final Tables tables = new Tables();

    private final SchemaLog log = new SchemaLog() {
        @Override
        public List<String> changes() {
            return List.of();
        }

        @Override
        public void append(String change) {}

        @Override
        public Set<TableId> mapped() {
            return Set.of(new TableId("shop", "orders"));
        }

        @Override
        public void misread(TableId table, String why, long at) {
            misread.add(at + " " + table + " " + why);
        }
    };

    private final LoggedNames names = new LoggedNames(log, tables::forTable);
    private long number = 7;

    private void make(String table, String columns) {
        tables.overwriteTable(
                new io.debezium.relational.TableId("shop", null, table),
                Stream.of(columns.split(" "))
                        .map(name -> Column.editor().name(name).create())
                        .toList(),
                List.of(),
                null,
                List.of());
    }

    /** What the log has before the rows of a statement. */
    private void log(String table, @Nullable String names) {
        var gtid = new MariadbGtidEventData();
        gtid.setSequence(number++);
        event(gtid);
        var map = new TableMapEventData();
        map.setDatabase("shop");
        map.setTable(table);
        if (names != null) {
            var metadata = new TableMapEventMetadata();
            metadata.setColumnNames(names.isEmpty() ? null : List.of(names.split(" ")));
            map.setEventMetadata(metadata);
        }
        event(map);
    }

    private void event(EventData data) {
        names.onEvent(new Event(new EventHeaderV4(), data));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            id a b   | id b a             | [id, a, b] by the log's statements (expected: [id, b, a], as its rows
            id a b   | id a               | [id, a, b]
            id b     | id a b             | [id, b]
            id a     | ID a               |
            id a     | id a DB_ROW_HASH_1 |
            id a``b  | id a`b             |
            id a     | ''                 |
            """)
    void namesInAnotherOrderAreToldBeforeTheRows(String columns, String logged, @Nullable String why) {
        make("orders", columns);
        log("orders", logged);
        if (why == null) {
            assertThat(misread).isEmpty();
        } else {
            assertThat(misread).singleElement().asString().startsWith("7 shop.orders columns " + why);
        }
    }

    @Test
    void whatIsKnownIsComparedAgainOnceEitherSideChanges() {
        log("orders", "b a"); // a table that Debezium does not know it stops at itself
        make("orders", "id a");
        make("away", "id a");
        log("away", "a id");
        log("orders", null);
        log("orders", "id a");
        assertThat(misread).isEmpty();
        make("orders", "a id");
        log("orders", "id a");
        log("orders", "id a");
        assertThat(misread).hasSize(1);
        log("orders", "a id");
        log("orders", "x a id");
        assertThat(misread).hasSize(2).last().asString().startsWith("14 shop.orders columns [a, id]");
    }
}
