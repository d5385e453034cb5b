package dev.banyan.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LingerTest {

    /** However long its client takes for it: the stall limit holds for that. */
    @Test
    void nothingIsClosedBeforeAllThatWasWrittenHasLeft() {
        var client = new SlowChannel();
        client.freezeTime();
        client.pipeline().addLast("last", new ChannelInboundHandlerAdapter());
        var sent = client.writeOneOutbound(Unpooled.copiedBuffer("the end of a reply", StandardCharsets.US_ASCII));
        Linger.end(client.pipeline().context("last"));
        client.advanceTimeBy(1, TimeUnit.MINUTES);
        client.runScheduledPendingTasks();
        assertThat(client.isOpen()).isTrue();
        client.takes = true;
        client.flush();
        assertThat(sent.isSuccess()).isTrue();
        assertThat(client.isOpen()).isTrue();
        client.advanceTimeBy(2, TimeUnit.SECONDS);
        client.runScheduledPendingTasks();
        assertThat(client.isOpen()).isFalse();
        client.finishAndReleaseAll();
    }
}
