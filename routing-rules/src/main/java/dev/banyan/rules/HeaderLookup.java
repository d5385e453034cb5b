package dev.banyan.rules;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The headers of a request, however the transport keeps them. Names are looked up in any case. */
@FunctionalInterface
public interface HeaderLookup {

    /** Every line of this header, in the order they came; empty when there is none. */
    List<String> all(String name);

    /** The first line of this header; null when there is none. */
    default @Nullable String first(String name) {
        List<String> lines = all(name);
        return lines.isEmpty() ? null : lines.getFirst();
    }

    /**
     * What a value, or a part of one, says. A transport that has a character for each byte puts together here what is one
     * character in UTF-8.
     */
    default String text(String value) {
        return value;
    }

    /** A request without headers. */
    static HeaderLookup none() {
        return name -> List.of();
    }
}
