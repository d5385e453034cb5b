package dev.banyan.bridge.contract;

import dev.banyan.bridge.contract.Fit.Misfit;
import dev.banyan.bridge.mapping.Mapping;
import dev.banyan.bridge.yaml.Place;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What a changed mapping means for those who know its contracts from before. */
public final class Compatibility {

    /*
     * Readers are made for a contract and stay while the bridge goes on, so a change is breaking when an event of the new mapping may be one
     * that the old contract has no room for. The other way round matters to readers made for the new contract that are sent old events
     * out of the lake. A later version of a type is another type: the change was meant.
     */

    private record Difference(boolean isBreaking, Place at, String where, String found, String expected) {}

    private final Contracts before;
    private final Contracts now;
    private final Places places;
    private final boolean replay;
    private final Map<Difference, Set<String>> typesByDifference = new LinkedHashMap<>();
    private final Set<String> broken = new HashSet<>();

    private Compatibility(Contracts before, Contracts now, Mapping mapping, boolean replay) {
        this.before = before;
        this.now = now;
        this.places = new Places(mapping);
        this.replay = replay;
    }

    /**
     * All differences between the contracts {@code before} and those of {@code mapping} on a hub of {@code mode}, in the order of its file. With {@code replay}
     * it also is breaking when an event of before does not fit the contract of now.
     */
    public static List<Finding> between(Contracts before, Mapping mapping, Mode mode, boolean replay) {
        var compatibility = new Compatibility(before, Contracts.of(mapping, mode), mapping, replay);
        return compatibility.findings();
    }

    private List<Finding> findings() {
        before.byType().forEach((type, contract) -> {
            var same = now.byType().get(type);
            if (same == null) {
                gone(contract);
            } else {
                kept(contract, same);
            }
        });
        now.byType().forEach((type, contract) -> {
            var kept = before.kept().get(type);
            if (kept != null) {
                data(kept, contract);
            } else if (!before.byType().containsKey(type)) {
                add(false, places.of(contract), "event", type, "no such event", type);
            }
        });
        var findings = new ArrayList<Finding>();
        typesByDifference.forEach((each, types) -> findings.add(
                new Finding(each.isBreaking, each.at, each.where, each.found, each.expected, List.copyOf(types))));
        findings.sort(Comparator.comparing(Finding::at).thenComparing(Finding::where));
        return List.copyOf(findings);
    }

    private void gone(EventContract contract) {
        var later = later(contract);
        if (later.isPresent()) {
            add(false, places.of(later.get()), "event", later.get().type(), contract.type(), contract.type());
        } else {
            var expected = contract.type() + " or a later version of it";
            add(true, places.of(contract), "event", "no " + contract.type(), expected, contract.type());
        }
    }

    private Optional<EventContract> later(EventContract contract) {
        return now.byType().values().stream()
                .filter(candidate ->
                        candidate.stem().equals(contract.stem()) && candidate.version() > contract.version())
                .max(Comparator.comparingInt(EventContract::version));
    }

    private void kept(EventContract before, EventContract now) {
        var type = before.type();
        envelope(type);
        if (!before.topics().equals(now.topics())) {
            add(true, places.of(now), "topic", text(now.topics()), text(before.topics()), type);
        }
        if (!before.subjects().containsAll(now.subjects())) {
            add(true, places.of(now), "subject", text(now.subjects()), text(before.subjects()), type);
        } else if (!before.subjects().equals(now.subjects())) {
            add(false, places.of(now), "subject", text(now.subjects()), text(before.subjects()), type);
        }
        data(before.data(), now);
    }

    private void data(Shape.Forms before, EventContract now) {
        for (var misfit : Fit.of(now.data(), before)) {
            var part = places.of(misfit.path(), now);
            broken.add(part.name());
            add(true, part.at(), part.name(), misfit.written(), misfit.expected(), now.type());
        }
        for (var misfit : Fit.of(before, now.data())) {
            changed(misfit, now);
        }
    }

    /** What is around the data, which every reader unpacks and some look their schema up by. */
    private void envelope(String type) {
        if (before.mode() != now.mode()) {
            add(true, Place.START, "mode", word(now.mode()), word(before.mode()), type);
        }
        if (!before.base().equals(now.base())) {
            add(true, Place.START, "dataschema", now.base() + "...", before.base() + "...", type);
        }
    }

    private static String word(Mode mode) {
        return mode.name().toLowerCase(Locale.ROOT);
    }

    private void changed(Misfit misfit, EventContract now) {
        var part = places.of(misfit.path(), now);
        if (!broken.contains(part.name())) {
            // What is found is the mapping's, so the two change places.
            add(replay, part.at(), part.name(), misfit.expected(), misfit.written(), now.type());
        }
    }

    private static String text(Set<String> texts) {
        return String.join(", ", texts);
    }

    private void add(boolean isBreaking, Place at, String where, String found, String expected, String type) {
        typesByDifference
                .computeIfAbsent(new Difference(isBreaking, at, where, found, expected), _ -> new TreeSet<>())
                .add(type);
    }
}
