package dev.banyan.bridge.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.shyiko.mysql.binlog.event.Event;
import com.github.shyiko.mysql.binlog.event.EventHeaderV4;
import com.github.shyiko.mysql.binlog.event.QueryEventData;
import io.debezium.relational.Column;
import io.debezium.relational.TableId;
import io.debezium.relational.Tables;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IdleStatementsTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ALTER TABLE orders MODIFY COLUMN IF EXISTS away TEXT     | left out
            ALTER TABLE orders MODIFY COLUMN IF EXISTS ID TEXT       | told
            ALTER TABLE other MODIFY COLUMN IF EXISTS away TEXT      | told
            ALTER TABLE b.orders MODIFY COLUMN IF EXISTS away TEXT   | told
            ALTER TABLE orders MODIFY COLUMN IF EXISTS a INT, DROP b | told
            """)
    void onlyWhatMariaDbDidNothingForIsKeptFromDebezium(String sql, String expected) {
        var tables = new Tables();
        tables.overwriteTable(
                new TableId("shop", null, "orders"),
                List.of(Column.editor().name("id").create()),
                List.of(),
                null,
                List.of());
        var query = new QueryEventData();
        query.setDatabase("shop");
        query.setSql(sql);
        new IdleStatements(tables::forTable).onEvent(new Event(new EventHeaderV4(), query));
        assertThat(query.getSql().isEmpty() ? "left out" : "told").isEqualTo(expected);
        assertThat(query.getSql()).isIn("", sql);
    }
}
