package dev.banyan.gateway.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.gateway.backend.Limit;
import dev.banyan.gateway.call.Calls;
import dev.banyan.gateway.compare.Evidence;
import dev.banyan.rules.Route;
import dev.banyan.rules.RulesFolder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.Unpooled;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PairTest {

    /** Its place is somebody else's by then, and the reply may go on for hours. */
    @Test
    @SuppressWarnings("NullAway") // no copy is made
    void ofARequestWhoseReplyIsTooLongNothingIsKept(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("rules.yaml"), """
                backends:
                  - {name: legacy, url: "http://localhost:1", baseline: true}
                  - {name: new, url: "http://localhost:2"}
                routes:
                  - {name: one, matches: [{path: {value: /}}], candidate: new, stage: shadow, mirror: {percent: 100, maxBodySize: 1KiB}}
                """);
        Route route = RulesFolder.read(folder).routes().getFirst();
        var memory = new Limit(1 << 20);
        var mirror = new RouteMirror(
                route,
                Objects.requireNonNull(route.mirror()),
                Set.of(),
                new MirrorCounts("one", new SimpleMeterRegistry()),
                new Evidence().of("one"),
                memory);
        var pair = new Pair(mirror, Calls.withBody(), null, null, null, null);
        pair.requestPiece(Unpooled.wrappedBuffer(new byte[600]));
        assertThat(mirror.enter()).isTrue();
        pair.piece(Unpooled.wrappedBuffer(new byte[2_000]));
        assertThat(mirror.inFlight()).isZero();
        pair.requestPiece(Unpooled.wrappedBuffer(new byte[100]));
        assertThat(pair.requestBody.toBytes()).isEmpty();
        assertThat(memory.taken()).isZero();
    }
}
