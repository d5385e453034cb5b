package dev.banyan.cli.load;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/** The shop's mobile application: orders with references of their own, statuses and prices through the JSON API, no cookies. */
final class MobileApp {

    private static final String KEY = "shop-mobile-1";
    private static final Pattern ORDER_NO = Pattern.compile("\"orderNo\"\\s*:\\s*(\\d+)");
    /** Legacy lets an order go new, paid, shipped, delivered. */
    private static final List<String> STATUSES = List.of("P", "S", "D");

    private final Person person;
    private final Writes writes;
    private final Pace pace;
    private final RandomGenerator random;
    private final List<String> skus;
    private final int customerId;
    private final Deque<Open> open = new ArrayDeque<>();

    /** An order on its way: the next status is {@code STATUSES.get(next)}. */
    private record Open(long orderNo, int next) {}

    MobileApp(Person person, Writes writes, Pace pace, RandomGenerator random, List<String> skus, int customerId) {
        this.person = person;
        this.writes = writes;
        this.pace = pace;
        this.random = random;
        this.skus = skus;
        this.customerId = customerId;
    }

    /** One thing somebody does with the application. */
    void tap() throws InterruptedException {
        var sku = skus.get(random.nextInt(skus.size()));
        switch (random.nextInt(6)) {
            case 0, 1 -> order(sku);
            case 2, 3 -> advance();
            case 4 -> price(sku);
            default ->
                person.json("/api/catalog/" + sku, is(200).and(r -> r.text().contains("\"" + sku + "\"")));
        }
        pace.pause();
    }

    private void order(String sku) throws InterruptedException {
        if (!writes.begin()) {
            return;
        }
        try {
            var ref = writes.orderSent();
            var json = "{\"customerId\":%d,\"ref\":\"%s\",\"lines\":[{\"sku\":\"%s\",\"qty\":%d}]}"
                    .formatted(customerId, ref, sku, 1 + random.nextInt(3));
            var outcome = person.api("POST", "/api/orders", KEY, json, is(201));
            if (outcome instanceof Outcome.Answered(var reply) && reply.status() == 201) {
                var number = ORDER_NO.matcher(reply.text());
                if (number.find()) {
                    var orderNo = Long.parseLong(number.group(1));
                    writes.orderAcknowledged(ref, orderNo);
                    open.addLast(new Open(orderNo, 0));
                }
            }
        } finally {
            writes.end();
        }
    }

    /** Moves the oldest open order one status on and looks at it. */
    private void advance() throws InterruptedException {
        var order = open.pollFirst();
        if (order == null) {
            return;
        }
        if (!writes.begin()) {
            return;
        }
        var status = STATUSES.get(order.next());
        boolean changed;
        try {
            writes.statusSent(order.orderNo(), status);
            var outcome = person.api(
                    "POST",
                    "/api/orders/" + order.orderNo() + "/status",
                    KEY,
                    "{\"status\":\"" + status + "\"}",
                    reply -> reply.status() == 200 || reply.status() == 204);
            changed = outcome instanceof Outcome.Answered(var reply) && reply.status() < 300;
            if (changed) {
                writes.statusAcknowledged(order.orderNo(), status);
            }
        } finally {
            writes.end();
        }
        if (changed && order.next() + 1 < STATUSES.size()) {
            open.addLast(new Open(order.orderNo(), order.next() + 1));
        }
        person.api("GET", "/api/orders/" + order.orderNo(), KEY, "", is(200));
    }

    private void price(String sku) throws InterruptedException {
        if (!writes.begin()) {
            return;
        }
        try {
            var amount = "%d.%02d".formatted(1 + random.nextInt(200), random.nextInt(100));
            writes.priceSent(sku, amount);
            var outcome = person.api(
                    "PUT",
                    "/api/products/" + sku + "/price",
                    KEY,
                    "{\"amount\":\"" + amount + "\"}",
                    reply -> reply.status() == 200 || reply.status() == 204);
            if (outcome instanceof Outcome.Answered(var reply) && reply.status() < 300) {
                writes.priceAcknowledged(sku, amount);
            }
        } finally {
            writes.end();
        }
    }

    private static Predicate<Reply> is(int status) {
        return reply -> reply.status() == status;
    }
}
