package dev.banyan.cli.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.cli.observe.EventLog.Event;
import org.junit.jupiter.api.Test;

class EventLogTest {

    private final EventLog log = new EventLog();

    private void add(String id, String sequence, String data) {
        log.add(new Event(id, "shop.catalog.PriceChanged.v1", "product/P1", sequence, false, data));
    }

    @Test
    void aRepeatedIdIsADuplicateAndNotReordered() {
        add("a", "01", "1");
        add("b", "02", "2");
        add("a", "01", "1");
        var counts = log.counts();
        assertThat(counts.received()).isEqualTo(3);
        assertThat(counts.distinct()).isEqualTo(2);
        assertThat(counts.duplicates()).isOne();
        assertThat(counts.reordered()).isZero();
        assertThat(log.states("product")).containsEntry("product/P1", "2");
    }

    @Test
    void aNewIdWithALowerSequenceIsReorderedAndDoesNotWin() {
        add("b", "02", "2");
        add("a", "01", "1");
        assertThat(log.counts().reordered()).isOne();
        assertThat(log.states("product")).containsEntry("product/P1", "2");
    }

    @Test
    void itKnowsWhichSubjectsHadAnEventOfAType() {
        add("a", "01", "1");
        assertThat(log.has("shop.catalog.PriceChanged.v1", "product/P1")).isTrue();
        assertThat(log.has("shop.catalog.PriceChanged.v1", "product/P2")).isFalse();
        assertThat(log.has("shop.catalog.StockChanged.v1", "product/P1")).isFalse();
    }
}
