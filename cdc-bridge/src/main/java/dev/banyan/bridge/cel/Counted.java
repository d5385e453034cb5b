package dev.banyan.bridge.cel;

import dev.cel.runtime.RuntimeEquality;
import dev.cel.runtime.RuntimeHelpers;
import java.util.List;
import java.util.Map;

/** What CEL does with texts and with what is equal, each time counted by what it looks at. */
final class Counted {

    /*
     * A text or a list that a loop's variable stands for was counted when it was made, and may be looked at in each step. What CEL has for it counts nothing. Things
     * count the fields that they are asked for themselves.
     */

    private static final int COMPARISONS = 256;
    private static final RuntimeEquality EQUALITY =
            RuntimeEquality.create(RuntimeHelpers.create(), CelEnvironment.OPTIONS);

    private Counted() {}

    /** True when {@code part} is in {@code text}. */
    static boolean contains(String text, String part) {
        Effort.spend((long) text.length() * part.length() / COMPARISONS);
        return text.contains(part);
    }

    /** {@code text} and {@code more} behind it. */
    static String joined(String text, String more) {
        Effort.spend((long) text.length() + more.length());
        return text + more;
    }

    static long size(String text) {
        Effort.spendOn(text);
        return text.codePointCount(0, text.length());
    }

    static boolean startsWith(String text, String start) {
        spendOnShorter(text, start);
        return text.startsWith(start);
    }

    static boolean endsWith(String text, String end) {
        spendOnShorter(text, end);
        return text.endsWith(end);
    }

    /** Below 0 when {@code text} comes before {@code other}. */
    static int compare(String text, String other) {
        spendOnShorter(text, other);
        return text.compareTo(other);
    }

    private static void spendOnShorter(String text, String other) {
        Effort.spendOn(text.length() < other.length() ? text : other);
    }

    /** True when the two are equal, as CEL has it. */
    @SuppressWarnings("ReferenceEquality") // what is one and the same nobody has to look at
    static boolean same(Object one, Object other) {
        if (one == other) {
            return true;
        }
        if (one instanceof List<?> list && other instanceof List<?> others) {
            return sameItems(list, others);
        }
        switch (one) {
            case String text -> spendOnShorter(text, other instanceof String another ? another : "");
            case Map<?, ?> map -> spendOnValues(map);
            default -> {}
        }
        return EQUALITY.objectEquals(one, other);
    }

    private static boolean sameItems(List<?> list, List<?> others) {
        var from = others.iterator();
        for (var item : list) {
            Effort.spend(1);
            if (!from.hasNext() || !same(item, from.next())) {
                return false;
            }
        }
        return !from.hasNext();
    }

    /** True when {@code list} has an item that is equal to {@code item}. */
    static boolean isIn(Object item, List<?> list) {
        for (var each : list) {
            Effort.spend(1);
            if (same(item, each)) {
                return true;
            }
        }
        return false;
    }

    /** An expression writes a map itself, so it has few keys. */
    private static void spendOnValues(Map<?, ?> map) {
        map.values().forEach(Counted::spendOnAll);
    }

    private static void spendOnAll(Object value) {
        switch (value) {
            case String text -> Effort.spendOn(text);
            case List<?> list -> {
                Effort.spend(list.size());
                list.forEach(Counted::spendOnAll);
            }
            case Map<?, ?> map -> spendOnValues(map);
            default -> {}
        }
    }
}
