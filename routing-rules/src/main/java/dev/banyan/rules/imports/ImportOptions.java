package dev.banyan.rules.imports;

import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a source does not say.
 *
 * @param legacy where the baseline is; null when the source names it
 * @param candidates the address of a backend by its name, in place of what the source says
 */
public record ImportOptions(@Nullable URI legacy, Map<String, URI> candidates) {
    public ImportOptions {
        candidates = Map.copyOf(candidates);
    }
}
