package dev.banyan.loyalty.ledger;

import dev.banyan.loyalty.ledger.OrderEvent.Envelope;
import dev.banyan.loyalty.ledger.OrderEvent.OrderGone;
import dev.banyan.loyalty.ledger.OrderEvent.OrderStated;
import io.cloudevents.CloudEvent;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Locale;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads CloudEvents about the shop's orders. Never throws: what cannot be read is {@link Reading.Broken}. */
public final class EventReader {

    private static final String ORDER = "order/";

    // no exponents: BigDecimal would take 1E+1000000000, and writing that out is the end of the memory
    private static final Pattern AMOUNT = Pattern.compile("-?[0-9]{1,12}(\\.[0-9]{1,4})?");

    // a commit has no other time, and what has need not be one that the database or a difference of times can hold
    private static final Instant OLDEST = Instant.EPOCH;
    private static final Instant NEWEST = Instant.parse("9999-12-31T23:59:59.999999999Z");

    private final JsonMapper json = JsonMapper.shared();

    /** What {@code event} says. */
    public Reading read(CloudEvent event) {
        try {
            return switch (event.getType()) {
                case "shop.orders.OrderPlaced.v1",
                        "shop.orders.OrderPaid.v1",
                        "shop.orders.OrderShipped.v1",
                        "shop.orders.OrderDelivered.v1",
                        "shop.orders.OrderCancelled.v1",
                        "shop.orders.OrderChanged.v1",
                        "shop.orders.OrderImported.v1" -> stated(event);
                case "shop.orders.OrderRemoved.v1" -> gone(event);
                default -> new Reading.Unknown(event.getType());
            };
        } catch (IllegalArgumentException e) {
            return new Reading.Broken(e.getMessage() == null ? e.toString() : e.getMessage());
        } catch (JacksonException e) {
            return new Reading.Broken("data is not JSON: " + e.getOriginalMessage());
        }
    }

    private Reading stated(CloudEvent event) {
        var data = data(event);
        var orderNo = wholeNumber(data, "orderNo");
        var total = data.path("total");
        var order = new Order(
                orderNo, wholeNumber(data, "customerId"), status(data), amount(total), text(total, "currency"));
        return new Reading.Understood(new OrderStated(envelope(event, orderNo), order));
    }

    private Reading gone(CloudEvent event) {
        var orderNo = wholeNumber(data(event), "orderNo");
        return new Reading.Understood(new OrderGone(envelope(event, orderNo), orderNo));
    }

    private static Envelope envelope(CloudEvent event, long orderNo) {
        var subject = ORDER + orderNo;
        if (!subject.equals(event.getSubject())) {
            throw new IllegalArgumentException("subject: " + event.getSubject() + " (expected: " + subject + ")");
        }
        var time = event.getTime();
        if (time == null) {
            throw new IllegalArgumentException("time is missing");
        }
        var committedAt = time.toInstant();
        if (committedAt.isBefore(OLDEST) || committedAt.isAfter(NEWEST)) {
            throw new IllegalArgumentException("time: " + time + " (expected: " + OLDEST + " to the year 9999)");
        }
        if (!(event.getExtension("sequence") instanceof String sequence)) {
            throw new IllegalArgumentException("sequence is missing");
        }
        return new Envelope(
                event.getId(),
                subject,
                Sequence.parse(sequence),
                committedAt,
                "true".equals(String.valueOf(event.getExtension("backfill"))));
    }

    private JsonNode data(CloudEvent event) {
        var data = event.getData();
        if (data == null) {
            throw new IllegalArgumentException("data is missing");
        }
        var node = json.readTree(data.toBytes());
        if (!node.isObject()) {
            throw unexpected("data", node, "an object");
        }
        return node;
    }

    private static Order.Status status(JsonNode data) {
        return switch (text(data, "status")) {
            case "new" -> Order.Status.NEW;
            case "paid" -> Order.Status.PAID;
            case "shipped" -> Order.Status.SHIPPED;
            case "delivered" -> Order.Status.DELIVERED;
            case "cancelled" -> Order.Status.CANCELLED;
            default -> throw unexpected("status", data.path("status"), "new, paid, shipped, delivered or cancelled");
        };
    }

    private static BigDecimal amount(JsonNode total) {
        var text = text(total, "amount");
        if (!AMOUNT.matcher(text).matches()) {
            throw unexpected("total.amount", total.path("amount"), "up to 12 digits and 4 decimals");
        }
        return new BigDecimal(text);
    }

    private static String text(JsonNode node, String field) {
        var value = node.path(field);
        if (value.isMissingNode() || value.isNull()) {
            throw new IllegalArgumentException(field + " is missing");
        }
        if (!value.isString()) {
            throw unexpected(field, value, "text");
        }
        var text = value.stringValue();
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(field + " contains a NUL character");
        }
        return text;
    }

    private static long wholeNumber(JsonNode node, String field) {
        var value = node.path(field);
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw unexpected(field, value, "a whole number");
        }
        return value.longValue();
    }

    private static IllegalArgumentException unexpected(String field, JsonNode found, String expected) {
        return new IllegalArgumentException(field + ": "
                + found.getNodeType().name().toLowerCase(Locale.ROOT)
                + (found.isString() ? " '" + found.stringValue() + "'" : "") + " (expected: " + expected + ")");
    }
}
