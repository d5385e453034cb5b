package dev.banyan.bridge.contract;

import dev.banyan.bridge.mapping.Aggregate;
import dev.banyan.bridge.mapping.Aggregate.ChildList;
import dev.banyan.bridge.mapping.Field;
import dev.banyan.bridge.mapping.Mapping;
import dev.banyan.bridge.mapping.SourceTable;
import dev.banyan.bridge.mapping.TransactionRule;
import dev.banyan.bridge.yaml.Place;
import java.util.List;
import java.util.Optional;

/** Where a mapping says what a part of an event is. */
record Places(Mapping mapping) {

    /** What to call a part, and where it stands; what is no longer there stands where it would. */
    record Named(String name, Place at) {}

    /** The part at {@code path}, which has the name of a form in it; {@code contract} is that of the event. */
    Named of(List<String> path, EventContract contract) {
        for (int i = path.size() - 1; i >= 0; i--) {
            var form = path.get(i);
            var aggregate = mapping.aggregates().stream()
                    .filter(candidate -> form.equals(candidate.name()) || form.startsWith(candidate.name() + "."))
                    .findFirst();
            if (aggregate.isPresent() && (i == 0 || path.get(i - 1).equals("data"))) {
                var names = path.subList(i + 1, path.size());
                return new Named(name(aggregate.get().name(), names), at(aggregate.get(), names));
            }
        }
        return new Named(String.join(".", path), of(contract));
    }

    /** Where the events of {@code contract} come from. */
    Place of(EventContract contract) {
        return mapping.aggregates().stream()
                .filter(aggregate ->
                        contract.subjects().contains(aggregate.subject().template())
                                || contract.subjects().contains(aggregate.bulkSubject()))
                .findFirst()
                .map(aggregate -> event(aggregate, contract.type()))
                .or(() -> mapping.transactions().stream()
                        .filter(rule -> rule.type().equals(contract.type()))
                        .map(TransactionRule::at)
                        .findFirst())
                .orElse(Place.START);
    }

    private static Place event(Aggregate aggregate, String type) {
        return aggregate.allRules().stream()
                .filter(rule -> rule.events().stream()
                        .anyMatch(event -> aggregate.type(event).equals(type)))
                .findFirst()
                .map(rule -> rule.at())
                .orElse(aggregate.at());
    }

    private static String name(String aggregate, List<String> names) {
        var name = new StringBuilder(aggregate);
        names.forEach(each -> name.append(each.equals(Fit.ITEM) ? "" : ".").append(each));
        return name.toString();
    }

    private static Place at(Aggregate aggregate, List<String> names) {
        if (names.isEmpty()) {
            return aggregate.at();
        }
        return at(aggregate.root(), aggregate.children(), names, aggregate.at());
    }

    private static Place at(SourceTable table, List<ChildList> children, List<String> names, Place otherwise) {
        var child = children.stream()
                .filter(candidate -> candidate.name().equals(names.getFirst()))
                .findFirst();
        if (child.isEmpty()) {
            return field(table.fields(), names.getFirst()).orElse(otherwise);
        }
        var list = child.get().table();
        // A whole state has a list there, what is told of one row that row itself.
        var next = names.size() > 1 && names.get(1).equals(Fit.ITEM) ? 2 : 1;
        return names.size() <= next
                ? list.at()
                : at(list, child.get().children(), names.subList(next, names.size()), list.at());
    }

    private static Optional<Place> field(List<Field> fields, String name) {
        return fields.stream()
                .filter(field -> field.name().equals(name))
                .map(Field::at)
                .findFirst();
    }
}
