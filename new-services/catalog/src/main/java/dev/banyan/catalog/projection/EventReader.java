package dev.banyan.catalog.projection;

import dev.banyan.catalog.projection.CatalogEvent.CategoryGone;
import dev.banyan.catalog.projection.CatalogEvent.CategoryStated;
import dev.banyan.catalog.projection.CatalogEvent.Envelope;
import dev.banyan.catalog.projection.CatalogEvent.ProductGone;
import dev.banyan.catalog.projection.CatalogEvent.ProductStated;
import io.cloudevents.CloudEvent;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads CloudEvents of the shop's catalogue. Never throws: what cannot be read is {@link Reading.Broken}. */
public final class EventReader {

    private static final String PRODUCT = "product";
    private static final String CATEGORY = "category";

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
                case "shop.catalog.ProductAdded.v1",
                        "shop.catalog.ProductChanged.v1",
                        "shop.catalog.ProductRenumbered.v1",
                        "shop.catalog.ProductImported.v1",
                        "shop.catalog.PriceChanged.v1",
                        "shop.catalog.StockChanged.v1" -> product(event, false);
                case "shop.catalog.ProductRemoved.v1" -> product(event, true);
                case "shop.catalog.CategoryAdded.v1",
                        "shop.catalog.CategoryChanged.v1",
                        "shop.catalog.CategoryImported.v1" -> category(event, false);
                case "shop.catalog.CategoryRemoved.v1" -> category(event, true);
                default -> new Reading.Unknown(event.getType());
            };
        } catch (IllegalArgumentException | ArithmeticException e) {
            return new Reading.Broken(e.getMessage() == null ? e.toString() : e.getMessage());
        } catch (JacksonException e) {
            return new Reading.Broken("data is not JSON: " + e.getOriginalMessage());
        }
    }

    private Reading product(CloudEvent event, boolean removed) {
        var data = data(event);
        var sku = text(data, "sku");
        var envelope = envelope(event, subject(PRODUCT, sku));
        return new Reading.Understood(
                removed || flag(data, "deleted")
                        ? new ProductGone(envelope, sku)
                        : new ProductStated(envelope, product(sku, data)));
    }

    private static Product product(String sku, JsonNode data) {
        Money regular = null;
        Money sale = null;
        for (var price : data.path("prices")) {
            switch (text(price, "kind")) {
                case "regular" -> regular = money(price);
                case "sale" -> sale = flag(price, "active") ? money(price) : sale;
                default -> throw unexpected("prices.kind", price.path("kind"), "regular or sale");
            }
        }
        var available = 0L;
        for (var stock : data.path("stock")) {
            available += wholeNumber(stock, "onHand") - wholeNumber(stock, "reserved");
        }
        return new Product(
                sku,
                text(data, "name"),
                textOrNull(data, "description"),
                textOrNull(data, "category"),
                status(data),
                wholeNumberOrNull(data, "weightGrams"),
                sale != null ? sale : regular,
                regular,
                sale != null,
                Math.max(0, available));
    }

    private Reading category(CloudEvent event, boolean removed) {
        var data = data(event);
        var code = text(data, "code");
        var envelope = envelope(event, subject(CATEGORY, code));
        return new Reading.Understood(
                removed || flag(data, "deleted")
                        ? new CategoryGone(envelope, code)
                        : new CategoryStated(
                                envelope,
                                new Category(
                                        code,
                                        text(data, "name"),
                                        textOrNull(data, "parent"),
                                        wholeNumberOrNull(data, "order"))));
    }

    /** The subject of what {@code key} names, in which the bridge escapes two characters. */
    static String subject(String aggregate, String key) {
        return aggregate + "/" + key.replace("%", "%25").replace("/", "%2F");
    }

    private static Envelope envelope(CloudEvent event, String subject) {
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

    private static Product.Status status(JsonNode data) {
        return switch (text(data, "status")) {
            case "active" -> Product.Status.ACTIVE;
            case "new" -> Product.Status.NEW;
            case "discontinued" -> Product.Status.DISCONTINUED;
            default -> throw unexpected("status", data.path("status"), "active, new or discontinued");
        };
    }

    private static @Nullable Money money(JsonNode price) {
        if (price.path("amount").isNull()) {
            return null;
        }
        var amount = text(price, "amount");
        if (!AMOUNT.matcher(amount).matches()) {
            throw unexpected("prices.amount", price.path("amount"), "up to 12 digits and 4 decimals");
        }
        return new Money(new BigDecimal(amount), text(price, "currency"));
    }

    private static String text(JsonNode node, String field) {
        var value = textOrNull(node, field);
        if (value == null) {
            throw new IllegalArgumentException(field + " is missing");
        }
        return value;
    }

    private static @Nullable String textOrNull(JsonNode node, String field) {
        var value = node.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return null;
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
        if (!value.isIntegralNumber() || !value.canConvertToInt()) {
            throw unexpected(field, value, "a whole number");
        }
        return value.intValue();
    }

    private static @Nullable Integer wholeNumberOrNull(JsonNode node, String field) {
        var value = node.path(field);
        return value.isMissingNode() || value.isNull() ? null : Math.toIntExact(wholeNumber(node, field));
    }

    private static boolean flag(JsonNode node, String field) {
        var value = node.path(field);
        if (value.isMissingNode()) {
            return false;
        }
        if (!value.isBoolean()) {
            throw unexpected(field, value, "true or false");
        }
        return value.booleanValue();
    }

    private static IllegalArgumentException unexpected(String field, JsonNode found, String expected) {
        return new IllegalArgumentException(field + ": "
                + found.getNodeType().name().toLowerCase(Locale.ROOT)
                + (found.isString() ? " '" + found.stringValue() + "'" : "") + " (expected: " + expected + ")");
    }
}
