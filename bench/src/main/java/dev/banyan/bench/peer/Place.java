package dev.banyan.bench.peer;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where a peer runs and what for: its own port, the upstream's, an empty folder, the number of rules, whether each request is
 * to be mirrored, and the most heap it may have (in MB, null for its default).
 */
public record Place(
        int port,
        int upstreamPort,
        Path folder,
        int rules,
        boolean mirrored,
        @Nullable Integer heapMb) {

    /** Returns {@code configuration} with this place's ports instead of {@code @PORT@} and {@code @UPSTREAM@}. */
    String fill(String configuration) {
        return configuration
                .replace("@PORT@", Integer.toString(port))
                .replace("@UPSTREAM@", Integer.toString(upstreamPort));
    }
}
