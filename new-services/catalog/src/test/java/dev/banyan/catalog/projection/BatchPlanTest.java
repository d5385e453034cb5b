package dev.banyan.catalog.projection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.catalog.projection.BatchPlan.Outcome;
import dev.banyan.catalog.projection.CatalogEvent.Envelope;
import dev.banyan.catalog.projection.CatalogEvent.ProductGone;
import dev.banyan.catalog.projection.CatalogEvent.ProductStated;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchPlanTest {

    @Test
    void aRepeatIsADuplicateAndALateArrivalIsStale() {
        var events = List.of(stated("A", 2), stated("A", 2), stated("A", 1), gone("A", 3), stated("A", 1));
        var plan = BatchPlan.of(events, Map.of(), id -> false);
        assertThat(plan.outcomes())
                .containsExactly(Outcome.APPLIED, Outcome.DUPLICATE, Outcome.STALE, Outcome.APPLIED, Outcome.DUPLICATE);
        assertThat(plan.writes()).containsExactly(gone("A", 3));
    }

    @Test
    void aTombstoneIsNotRevivedByAnOlderEvent() {
        var plan = BatchPlan.of(List.of(stated("A", 4)), Map.of("product/A", sequence(5)), id -> false);
        assertThat(plan.writes()).isEmpty();
    }

    @Test
    void theMillionthEventOfATransactionComesAfterTheOneBefore() {
        assertThat(Sequence.parse("00000000000000ff-1000000")).isGreaterThan(Sequence.parse("00000000000000FF-999999"));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void anyOrderAndAnyRepetitionEndInTheSameState(long seed) {
        var random = new Random(seed);
        var history = new ArrayList<CatalogEvent>();
        for (var i = 0; i < 300; i++) {
            var sku = "P" + random.nextInt(12);
            history.add(random.nextInt(10) == 0 ? gone(sku, i) : stated(sku, i));
        }
        var inOrder = apply(history, random);
        var thrice = new ArrayList<>(history);
        thrice.addAll(history);
        thrice.addAll(history);
        assertThat(apply(thrice, random)).isEqualTo(inOrder);
        Collections.shuffle(thrice, random);
        assertThat(apply(thrice, random)).isEqualTo(inOrder);
    }

    private static Map<String, CatalogEvent> apply(List<CatalogEvent> events, Random random) {
        var state = new HashMap<String, CatalogEvent>();
        for (var from = 0; from < events.size(); ) {
            var to = Math.min(events.size(), from + 1 + random.nextInt(40));
            var heads = new HashMap<String, Sequence>();
            state.forEach(
                    (subject, event) -> heads.put(subject, event.envelope().sequence()));
            for (var write : BatchPlan.of(events.subList(from, to), heads, new HashSet<String>()::contains)
                    .writes()) {
                state.put(write.envelope().subject(), write);
            }
            from = to;
        }
        return state;
    }

    private static CatalogEvent stated(String sku, int sequence) {
        return new ProductStated(
                envelope(sku, sequence),
                new Product(sku, "n" + sequence, null, null, Product.Status.ACTIVE, null, null, null, false, sequence));
    }

    private static CatalogEvent gone(String sku, int sequence) {
        return new ProductGone(envelope(sku, sequence), sku);
    }

    private static Envelope envelope(String sku, int sequence) {
        return new Envelope(sku + "-" + sequence, "product/" + sku, sequence(sequence), Instant.EPOCH, false);
    }

    private static Sequence sequence(int number) {
        return Sequence.parse("0000000000000001-%06d".formatted(number));
    }
}
