package dev.banyan.bridge.mapping;

import dev.banyan.bridge.mapping.Conditions.Mistake;
import dev.banyan.bridge.mapping.Conditions.Reading;
import dev.banyan.bridge.mapping.EventRule.Where;
import dev.banyan.bridge.yaml.Place;
import dev.banyan.bridge.yaml.Problems;
import dev.banyan.bridge.yaml.Yaml;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the expressions under {@code where}, with {@code conditions} or, where nobody could evaluate them, without. */
record WhereReader(
        Conditions.Kind.Thing variables, @Nullable Conditions conditions, Problems problems) {

    /** What {@code yaml} asks; nothing when it is no condition. */
    Optional<Where> read(Yaml yaml, String where) {
        if (!(yaml instanceof Yaml.Scalar scalar) || scalar.isNull()) {
            problems.add(yaml.at(), where, yaml.kind(), "an expression, such as \"after.total > before.total * 2\"");
            return Optional.empty();
        }
        if (conditions == null) {
            problems.add(
                    scalar.at(),
                    where,
                    "an expression",
                    "'when' with field: or changed: alone; only a bridge evaluates expressions");
            return Optional.empty();
        }
        return switch (conditions.read(scalar.text(), variables)) {
            case Reading.Understood(var condition) ->
                Optional.of(new Where(scalar.text().strip(), condition, problems.named(scalar.at())));
            case Reading.Misread(var mistakes) -> {
                mistakes.forEach(mistake -> add(mistake, scalar, where));
                yield Optional.empty();
            }
        };
    }

    private void add(Mistake mistake, Yaml.Scalar scalar, String where) {
        if (scalar.text().contains("\n")) {
            var within = "line " + mistake.line() + ", column " + mistake.column() + " of it: ";
            problems.add(scalar.at(), where, within + mistake.found(), mistake.expected());
            return;
        }
        var at = scalar.at();
        var start = at.column() + (scalar.quoted() ? 1 : 0);
        problems.add(new Place(at.line(), start + mistake.column() - 1), where, mistake.found(), mistake.expected());
    }
}
