package dev.banyan.bridge.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.TableId;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The names that Debezium cannot take apart, as it was seen to read nothing of tables that have them. */
class UnreadableTest {

    @ParameterizedTest
    @ValueSource(strings = {"order items", "order.items", "order\"items", "order'items", "order`items"})
    void aNameWithABlankAPointOrAQuoteIsNotRead(String name) {
        assertThat(Unreadable.byName(new TableId("public", name))).hasValueSatisfying(why -> assertThat(why)
                .startsWith("table public." + name + ": a name with a blank, a point or a quote"));
        assertThat(Unreadable.byName(new TableId(name, "one"))).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Order-Items", "gr\u00f6\u00dfe", "a$b", "a,b", "1"})
    void otherNamesAre(String name) {
        assertThat(Unreadable.byName(new TableId("public", name))).isEmpty();
    }
}
