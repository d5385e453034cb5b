package dev.banyan.gateway.compare;

import dev.banyan.rules.Compare;
import dev.banyan.rules.JsonPath;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rules for places in JSON, and which of them hold where: all paths are followed at once, step by step. */
final class JsonRules {

    /** What holds at a place. */
    sealed interface Rule {
        record Ignore(String path) implements Rule {}

        record Order(@Nullable String keyedBy) implements Rule {}

        record Near(Compare.Tolerance tolerance) implements Rule {}

        record Within(Compare.Timestamps timestamps) implements Rule {}

        record Hide() implements Rule {}
    }

    private record Entry(List<String> steps, Rule rule) {}

    private final List<Entry> entries = new ArrayList<>();
    final boolean nullEqualsAbsent;
    final boolean additionsAllowed;

    JsonRules(Compare.Json json, Redaction redaction, LocalDate today) {
        nullEqualsAbsent = json.nullEqualsAbsent();
        additionsAllowed = json.additionsAllowed();
        for (Compare.Ignored ignored : json.ignore()) {
            if (ignored.expires() == null || today.isBefore(ignored.expires())) {
                add(JsonPath.parse(ignored.place()), new Rule.Ignore(ignored.place()));
            }
        }
        json.arrays().forEach(each -> add(each.path(), new Rule.Order(each.keyedBy())));
        json.tolerance().forEach(each -> add(each.path(), new Rule.Near(each)));
        json.timestamps().forEach(each -> add(each.path(), new Rule.Within(each)));
        redaction.places().forEach(each -> add(each, new Rule.Hide()));
    }

    private void add(JsonPath path, Rule rule) {
        entries.add(new Entry(path.steps(), rule));
    }

    /** The rules whose paths lead through a place, and how far they have come. */
    final class Trail {

        private final int[] followed;
        private final int depth;

        private Trail(int[] followed, int depth) {
            this.followed = followed;
            this.depth = depth;
        }

        /** Whether no rule says anything about this place or one below it. */
        boolean isEmpty() {
            return followed.length == 0;
        }

        Trail next(JsonPlace place) {
            if (followed.length == 0) {
                return this;
            }
            int[] further = Arrays.stream(followed)
                    .filter(each -> leadsTo(entries.get(each), place))
                    .toArray();
            return new Trail(further, depth + 1);
        }

        private boolean leadsTo(Entry entry, JsonPlace place) {
            if (entry.steps().size() <= depth) {
                return false;
            }
            String step = entry.steps().get(depth);
            if (!step.equals(JsonPath.EACH)) {
                return step.equals(place.key());
            }
            // What keys are ids is guessed, by their number too; no secret may depend on a guess.
            return place.isAny() || entry.rule() instanceof Rule.Hide;
        }

        /** Returns the first rule of a kind for exactly this place. */
        <R extends Rule> @Nullable R rule(Class<R> kind) {
            for (int each : followed) {
                Entry entry = entries.get(each);
                if (entry.steps().size() == depth && kind.isInstance(entry.rule())) {
                    return kind.cast(entry.rule());
                }
            }
            return null;
        }
    }

    Trail root() {
        return new Trail(java.util.stream.IntStream.range(0, entries.size()).toArray(), 0);
    }
}
