package dev.banyan.gateway.http2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.gateway.edge.Patience;
import dev.banyan.gateway.http.TrustedPeers;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class Http2FrontTest {

    private static final Duration LONG = Duration.ofMinutes(1);

    @SuppressWarnings("NullAway") // there are no requests that the lean path would serve
    private final Http2Front front = new Http2Front(
            new Http2Limits(100, 32_768, 8_192),
            new Patience(LONG, LONG, LONG, 0),
            LONG,
            null,
            _ -> {},
            TrustedPeers.of(List.of()),
            _ -> {});

    private EmbeddedChannel connection() {
        var channel = new EmbeddedChannel();
        front.take(channel.pipeline());
        return channel;
    }

    private static void ends(EmbeddedChannel connection) {
        connection.unsafe().close(connection.newPromise()); // as when the client closes it
        connection.runPendingTasks();
    }

    /** A handshake may end after the stop has begun. */
    @Test
    void aStopWaitsForConnectionsThatOpenMeanwhile() {
        EmbeddedChannel first = connection();
        var none = new AtomicBoolean();
        front.stop(() -> none.set(true));
        EmbeddedChannel second = connection();
        ends(first);
        assertThat(none).isFalse();
        ends(second);
        assertThat(none).isTrue();
    }
}
