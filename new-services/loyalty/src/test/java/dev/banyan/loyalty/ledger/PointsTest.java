package dev.banyan.loyalty.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.loyalty.ledger.BatchPlan.Outcome;
import dev.banyan.loyalty.ledger.OrderEvent.OrderGone;
import dev.banyan.loyalty.ledger.OrderEvent.OrderStated;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What customer 7 has after a history of events, however these are delivered. */
class PointsTest {

    private static final int SHUFFLES = 20;

    @ParameterizedTest(name = "{0} = {2}")
    @CsvSource(delimiter = '|', textBlock = """
            placed, not paid         | 1 Placed new 120.99                                                     | 0
            paid                     | 1 Placed new 120.99, 1 Paid paid 120.99                                 | 120
            whole way                | 1 Placed new 9.50, 1 Paid paid 9.50, 1 Shipped shipped 9.50, 1 Delivered delivered 9.50 | 9
            invoice, shipped at once | 1 Placed new 9.50, 1 Shipped shipped 9.50                               | 9
            cancelled after paid     | 1 Placed new 120.99, 1 Paid paid 120.99, 1 Cancelled cancelled 120.99   | 0
            cancelled, never paid    | 1 Placed new 120.99, 1 Cancelled cancelled 120.99                       | 0
            total changed            | 1 Paid paid 120.99, 1 Changed paid 80.00                                | 80
            removed                  | 1 Paid paid 120.99, 1 Removed paid 0.00                                 | 0
            placed again             | 1 Paid paid 120.99, 1 Removed paid 0.00, 1 Placed paid 5.00             | 5
            imported as it is        | 1 Imported delivered 300.00                                             | 300
            imported, then cancelled | 1 Imported paid 300.00, 1 Cancelled cancelled 300.00                    | 0
            each order floors alone  | 1 Paid paid 0.99, 2 Paid paid 1.99                                      | 1
            several orders           | 1 Paid paid 10.00, 2 Placed new 20.00, 3 Shipped shipped 30.00, 1 Cancelled cancelled 10.00 | 30
            less than nothing        | 1 Paid paid -5.00                                                       | 0
            """)
    void pointsFollowFromTheNewestStateOfEachOrder(String name, String history, long points) {
        var inOrder = events(history);
        assertThat(points(inOrder, new Random(0))).as("in order").isEqualTo(points);
        var twice = new ArrayList<OrderEvent>();
        inOrder.forEach(event -> twice.addAll(List.of(event, event)));
        assertThat(points(twice, new Random(0))).as("duplicated").isEqualTo(points);
        var replayed = new ArrayList<>(inOrder);
        replayed.addAll(inOrder);
        assertThat(points(replayed, new Random(0))).as("replayed").isEqualTo(points);
        for (var seed = 1; seed <= SHUFFLES; seed++) {
            var random = new Random(seed);
            Collections.shuffle(replayed, random);
            assertThat(points(replayed, random)).as("shuffled by seed " + seed).isEqualTo(points);
        }
    }

    @Test
    void aRepeatIsADuplicateAndALateArrivalIsStale() {
        var events = events("1 Placed new 1.00, 1 Paid paid 1.00");
        var plan = BatchPlan.of(List.of(events.get(1), events.get(1), events.get(0)), Map.of(), id -> false);
        assertThat(plan.outcomes()).containsExactly(Outcome.APPLIED, Outcome.DUPLICATE, Outcome.STALE);
        assertThat(plan.writes()).containsExactly(events.get(1));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {not json                                                                                        | data is not JSON
            []                                                                                               | data: array
            {"customerId":7}                                                                                 | orderNo: missing
            {"orderNo":2,"customerId":7,"status":"paid","total":{"amount":"1.00","currency":"EUR"}}          | subject: order/1 (expected: order/2)
            {"orderNo":1,"status":"paid","total":{"amount":"1.00","currency":"EUR"}}                         | customerId: missing
            {"orderNo":1,"customerId":7,"status":"lost","total":{"amount":"1.00","currency":"EUR"}}          | status: string 'lost'
            {"orderNo":1,"customerId":7,"status":"paid"}                                                     | amount is missing
            {"orderNo":1,"customerId":7,"status":"paid","total":{"amount":"1E+999999999","currency":"EUR"}}  | total.amount: string
            """)
    void whatCannotBeUnderstoodIsBroken(String data, String reason) {
        var reading = new EventReader().read(event("OrderPaid", 1, 1, data));
        assertThat(reading).isInstanceOfSatisfying(Reading.Broken.class, broken -> assertThat(broken.reason())
                .startsWith(reason));
    }

    @ParameterizedTest
    @CsvSource({
        "+999999999-12-31T23:59:59-01:00",
        "-999999999-01-01T00:00:00+18:00",
        "+10000-01-01T00:00:00Z",
        "1969-12-31T23:59:59Z"
    })
    void aTimeThatNoCommitHasIsBroken(String time) {
        var event = CloudEventBuilder.v1(event("OrderRemoved", 1, 1, "{\"orderNo\":1,\"deleted\":true}"))
                .withTime(OffsetDateTime.parse(time))
                .build();
        assertThat(new EventReader().read(event))
                .isInstanceOfSatisfying(Reading.Broken.class, broken -> assertThat(broken.reason())
                        .startsWith("time: "));
    }

    private static long points(List<OrderEvent> events, Random random) {
        var state = new HashMap<String, OrderEvent>();
        for (var from = 0; from < events.size(); ) {
            var to = Math.min(events.size(), from + 1 + random.nextInt(4));
            var heads = new HashMap<String, Sequence>();
            state.forEach(
                    (subject, event) -> heads.put(subject, event.envelope().sequence()));
            for (var write : BatchPlan.of(events.subList(from, to), heads, new HashSet<String>()::contains)
                    .writes()) {
                state.put(write.envelope().subject(), write);
            }
            from = to;
        }
        return state.values().stream()
                .mapToLong(event -> switch (event) {
                    case OrderStated(var _, var order) -> order.points();
                    case OrderGone _ -> 0;
                })
                .sum();
    }

    /** A history is a list of {@code orderNo Event status total}. */
    private static List<OrderEvent> events(String history) {
        var events = new ArrayList<OrderEvent>();
        for (var step : history.split(", ", -1)) {
            var words = step.strip().split(" ", -1);
            var orderNo = Integer.parseInt(words[0]);
            var data = words[1].equals("Removed")
                    ? "{\"orderNo\":%d,\"deleted\":true}".formatted(orderNo)
                    : """
                    {"orderNo":%d,"customerId":7,"status":"%s","total":{"amount":"%s","currency":"EUR"},"lines":[]}""".formatted(orderNo, words[2], words[3]);
            var reading = new EventReader().read(event("Order" + words[1], orderNo, events.size() + 1, data));
            assertThat(reading).isInstanceOf(Reading.Understood.class);
            events.add(((Reading.Understood) reading).event());
        }
        return events;
    }

    private static CloudEvent event(String type, int orderNo, int sequence, String data) {
        return CloudEventBuilder.v1()
                .withId("e" + sequence)
                .withSource(URI.create("/test"))
                .withType("shop.orders." + type + ".v1")
                .withSubject("order/" + orderNo)
                .withTime(OffsetDateTime.parse("2026-01-31T10:00:00Z"))
                .withExtension("sequence", "00000000000000aa-%06d".formatted(sequence))
                .withData("application/json", data.getBytes(StandardCharsets.UTF_8))
                .build();
    }
}
