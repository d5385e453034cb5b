package dev.banyan.bridge.cel;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The sum of numbers, whole or decimal, that are added one after the other. That it has none is said when somebody asks for it. */
final class Sum {

    private @Nullable Object sum;
    private @Nullable Failure failure;

    /** The sum of {@code numbers}; {@code none} when there are none. */
    static Object of(List<?> numbers, Object none) {
        if (numbers instanceof Dropped dropped) {
            return dropped.sum().result(none);
        }
        var sum = new Sum();
        numbers.forEach(sum::add);
        return sum.result(none);
    }

    /** Adds {@code item}, unless it is no number: then nobody can ask for a sum. */
    void add(Object item) {
        if (failure != null) {
            return;
        }
        try {
            sum = switch (item) {
                case Long number
                when sum == null || sum instanceof Long -> Math.addExact(sum == null ? 0 : (Long) sum, number);
                case Decimal number
                when sum == null || sum instanceof Decimal -> sum == null ? number : ((Decimal) sum).plus(number);
                case Long _, Decimal _ ->
                    throw new Failure("a sum of whole numbers and decimals", "numbers of one kind");
                default -> null;
            };
        } catch (ArithmeticException e) {
            failure = new Failure("a sum that 64 bits cannot hold", "smaller ones, or decimal(...) of each");
        } catch (Failure e) {
            failure = e;
        }
    }

    private Object result(Object none) {
        if (failure != null) {
            throw failure;
        }
        return sum == null ? none : sum;
    }
}
