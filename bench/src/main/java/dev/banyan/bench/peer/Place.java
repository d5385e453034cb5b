package dev.banyan.bench.peer;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where a peer runs and what for: its own port, the upstream's, that of a candidate's upstream, where it is to speak HTTP/2 by prior knowledge (the same port
 * for a {@link Peer#speaksBothOnOnePort}, null for nowhere), an empty folder, the number of rules, whether each request is to
 * be mirrored, and the most heap it may have (in MB, null for its default).
 */
public record Place(
        int port,
        int upstreamPort,
        int candidatePort,
        @Nullable Integer http2Port,
        Path folder,
        int rules,
        boolean mirrored,
        @Nullable Integer heapMb) {

    /**
     * Returns {@code configuration} with this place's ports instead of {@code @PORT@} and {@code @UPSTREAM@}, and instead of
     * {@code @HTTP2@} the line {@code http2} with its {@code @HTTP2_PORT@}, or nothing if there is no such port.
     */
    String fill(String configuration, String http2) {
        var both = configuration.replace(
                "@HTTP2@", http2Port == null ? "" : http2.replace("@HTTP2_PORT@", http2Port.toString()));
        return both.replace("@PORT@", Integer.toString(port)).replace("@UPSTREAM@", Integer.toString(upstreamPort));
    }
}
