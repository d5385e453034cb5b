package dev.banyan.bridge.mapping;

import dev.banyan.bridge.mapping.EventRule.Where;
import dev.banyan.bridge.yaml.Place;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A rule about a whole transaction: it gives one event when the transaction gave each of the events {@code all}, one of {@code any} unless that is
 * empty, and none of {@code none}, and {@code where} holds for what those of {@code all} and {@code any} tell of. All are names of aggregates' events.
 */
public record TransactionRule(
        String event,
        String name,
        String topic,
        String type,
        String contracts,
        List<String> all,
        List<String> any,
        List<String> none,
        @Nullable Where where,
        Place at) {

    /** The subject of its events, but for the transaction's identity. */
    static final String SUBJECT = "tx:";

    private static final String TEMPLATE = SUBJECT + "{transaction}";

    public TransactionRule {
        all = List.copyOf(all);
        any = List.copyOf(any);
        none = List.copyOf(none);
    }

    /** The events it tells of. */
    public SortedSet<String> toldOf() {
        var told = new TreeSet<>(all);
        told.addAll(any);
        return told;
    }

    /** Every event that it names. */
    Stream<String> names() {
        return Stream.of(all, any, none).flatMap(List::stream);
    }

    /** True when it tells of the events called {@code event}. */
    boolean tells(String event) {
        return all.contains(event) || any.contains(event);
    }

    /** What the subjects of its events look like. */
    public String subjectTemplate() {
        return TEMPLATE;
    }

    /** True for what subjects of events about transactions look like. */
    public static boolean isTemplate(String subject) {
        return subject.equals(TEMPLATE);
    }

    String schema() {
        return Mapping.schemaUri(contracts, type);
    }

    /** What it says to a transaction that gave {@code events}, {@code where} left out; empty when it holds. */
    String objection(Set<String> events) {
        for (var wanted : all) {
            if (!events.contains(wanted)) {
                return "no " + wanted;
            }
        }
        if (!any.isEmpty() && any.stream().noneMatch(events::contains)) {
            return "none of " + any;
        }
        return none.stream()
                .filter(events::contains)
                .findFirst()
                .map(found -> found + ", which must not be")
                .orElse("");
    }
}
