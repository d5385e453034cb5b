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

    /** A request without headers. */
    static HeaderLookup none() {
        return name -> List.of();
    }
}
