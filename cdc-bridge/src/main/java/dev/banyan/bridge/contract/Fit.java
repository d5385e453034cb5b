package dev.banyan.bridge.contract;

import dev.banyan.bridge.contract.Shape.Decimal;
import dev.banyan.bridge.contract.Shape.Forms;
import dev.banyan.bridge.contract.Shape.ListOf;
import dev.banyan.bridge.contract.Shape.OrNull;
import dev.banyan.bridge.contract.Shape.Text;
import dev.banyan.bridge.contract.Shape.Thing;
import dev.banyan.bridge.contract.Shape.Words;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Whether who expects one shape can read whatever is written in another. */
final class Fit {

    static final String ITEM = "[]";

    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

    /** A place in {@code written} with values that {@code expected} has no room for; {@code path} begins with a form's name. */
    record Misfit(List<String> path, String written, String expected) {
        Misfit {
            path = List.copyOf(path);
        }
    }

    private final List<Misfit> misfits = new ArrayList<>();

    private Fit() {}

    /** Every place where {@code written} allows what {@code expected} does not; empty when all that is written can be read. */
    static List<Misfit> of(Shape written, Shape expected) {
        var fit = new Fit();
        fit.compare(written, expected, List.of());
        return List.copyOf(fit.misfits);
    }

    private void compare(Shape written, Shape expected, List<String> path) {
        if (expected instanceof OrNull(var shape)) {
            compare(written instanceof OrNull(var inner) ? inner : written, shape, path);
        } else if (written instanceof OrNull(var inner)) {
            misfits.add(new Misfit(path, "null", expected.inWords()));
            compare(inner, expected, path);
        } else if (written instanceof Words(var values)) {
            var strange =
                    values.stream().filter(value -> !hasRoom(expected, value)).toList();
            if (!strange.isEmpty()) {
                misfits.add(new Misfit(path, new Words(strange).inWords(), expected.inWords()));
            }
        } else if (written instanceof Thing thing && expected instanceof Thing other) {
            things(thing, other, path);
        } else if (written instanceof ListOf(var item) && expected instanceof ListOf(var other)) {
            compare(item, other, then(path, ITEM));
        } else if (written instanceof Forms(var forms) && expected instanceof Forms(var others)) {
            forms.forEach((name, form) -> form(name, form, others, path));
        } else if (!isWithin(written, expected)) {
            misfits.add(new Misfit(path, written.inWords(), expected.inWords()));
        }
    }

    private void things(Thing written, Thing expected, List<String> path) {
        expected.properties().forEach((name, shape) -> {
            var property = written.properties().get(name);
            if (property == null) {
                misfits.add(new Misfit(then(path, name), "nothing", shape.inWords()));
            } else {
                compare(property, shape, then(path, name));
            }
        });
    }

    /** A form fits where it fits any; if it fits none, it is compared with its namesake. */
    private void form(String name, Thing form, Map<String, Thing> expected, List<String> path) {
        if (expected.values().stream().anyMatch(other -> of(form, other).isEmpty())) {
            return;
        }
        var namesake = expected.get(name);
        if (namesake == null) {
            misfits.add(new Misfit(then(path, name), form.inWords(), new Forms(expected).inWords()));
        } else {
            compare(form, namesake, then(path, name));
        }
    }

    /** Whether every value of {@code written}, which is not made of parts, is one of {@code expected}. */
    private static boolean isWithin(Shape written, Shape expected) {
        return switch (written) {
            case Decimal _ ->
                expected instanceof Text
                        || (expected instanceof Decimal(var scale) && scale == Decimal.ANY_SCALE)
                        || written.equals(expected);
            case Shape.Date _, Shape.Instant _, Shape.Digest _ -> expected instanceof Text || written.equals(expected);
            case Text _, Shape.Whole _, Shape.Truth _ -> written.equals(expected);
            case Words _, Thing _, ListOf _, OrNull _, Forms _ -> false;
        };
    }

    /** Whether {@code value} (a String, Long or Boolean) is one of {@code shape}. */
    static boolean hasRoom(Shape shape, Object value) {
        return switch (shape) {
            case Text() -> value instanceof String;
            case Decimal(var scale) -> value instanceof String text && text.matches(JsonSchema.decimalPattern(scale));
            case Shape.Date() -> value instanceof String text && isDate(text);
            case Shape.Instant() -> value instanceof String text && isInstant(text);
            case Shape.Digest() ->
                value instanceof String text && DIGEST.matcher(text).matches();
            case Shape.Whole() -> value instanceof Long;
            case Shape.Truth() -> value instanceof Boolean;
            case Words(var values) -> values.contains(value);
            case OrNull(var inner) -> hasRoom(inner, value);
            case Thing _, ListOf _, Forms _ -> false;
        };
    }

    private static boolean isDate(String text) {
        try {
            LocalDate.parse(text);
            return true;
        } catch (DateTimeParseException e) {
            return false;
        }
    }

    private static boolean isInstant(String text) {
        try {
            java.time.Instant.parse(text);
            return text.endsWith("Z"); // it takes offsets, too, the schema's pattern does not
        } catch (DateTimeParseException e) {
            return false;
        }
    }

    private static List<String> then(List<String> path, String name) {
        var longer = new ArrayList<>(path);
        longer.add(name);
        return longer;
    }
}
