package dev.banyan.gateway.compare;

import dev.banyan.rules.Severity;
import org.jspecify.annotations.Nullable;

/**
 * One way in which a candidate's reply differs from the baseline's, with all places of one path taken together.
 *
 * @param part what of the reply differs
 * @param path where, with positions and ids left out ({@code $.items[*].price}), so that like differences group
 * @param at where exactly, for the first place ({@code $.items[3].price})
 * @param baseline what the baseline has there, redacted and cut; null when it has nothing
 * @param candidate what the candidate has there, redacted and cut; null when it has nothing
 * @param places at how many places of this reply
 * @param wide whether a rule for {@code path} would pass over more than this
 */
public record Difference(
        Part part,
        Kind kind,
        String path,
        String at,
        @Nullable String baseline,
        @Nullable String candidate,
        int places,
        boolean wide) {

    /** What a difference is grouped by. */
    public record Key(Part part, Kind kind, String path) {}

    /** What of a reply is compared; bodies go by what they hold. */
    public enum Part {
        STATUS,
        HEADER,
        BODY,
        JSON,
        XML,
        FORM,
        HTML,
        TEXT,
        BINARY
    }

    /** What is different, and how much that matters. */
    public enum Kind {
        STATUS(Severity.BREAKING),
        /** The candidate's cannot be read, or is of another type. */
        TYPE(Severity.BREAKING),
        /** A field, header or form control that the candidate lacks. */
        REMOVED(Severity.BREAKING),
        VALUE(Severity.BEHAVIOURAL),
        /** The same elements in another order. */
        ORDER(Severity.BEHAVIOURAL),
        /** An element of a list or page that the candidate lacks. */
        ITEM_REMOVED(Severity.BEHAVIOURAL),
        ITEM_ADDED(Severity.BEHAVIOURAL),
        /** A field or header that only the candidate has. */
        ADDED(Severity.COMPATIBLE);

        private final Severity severity;

        Kind(Severity severity) {
            this.severity = severity;
        }

        public Severity severity() {
            return severity;
        }
    }

    public Severity severity() {
        return kind.severity();
    }

    public Key key() {
        return new Key(part, kind, path);
    }
}
