package dev.banyan.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalIoHandler;
import io.netty.channel.local.LocalServerChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

@SuppressWarnings("FutureReturnValueIgnored") // a loop that is shut down reports to nobody
class LateTest {

    /** Longer than what counts as late and the limit together. */
    private static final long PAUSE = 400_000_000;

    @Test
    void eachLimitThatIsLateIsLookedAtAgainOnce() {
        var late = new Late();
        assertThat(late.looksAgain(0, 1)).as("in time").isFalse();
        assertThat(late.looksAgain(0, PAUSE)).as("late").isTrue();
        assertThat(late.looksAgain(0, PAUSE)).as("late again").isFalse();
        assertThat(late.looksAgain(0, PAUSE)).as("the next limit").isTrue();
        assertThat(late.looksAgain(0, 1)).as("in time at the second look").isFalse();
        assertThat(late.looksAgain(0, PAUSE)).as("the one after").isTrue();
    }

    @Test
    void anEventLoopThatIsAlwaysLateKeepsItsLimitsToo() throws Exception {
        var patience = new Patience(Duration.ofMillis(100), Duration.ofMillis(100), Duration.ofMillis(100), 0);
        var busy = new MultiThreadIoEventLoopGroup(1, LocalIoHandler.newFactory());
        var free = new MultiThreadIoEventLoopGroup(1, LocalIoHandler.newFactory());
        try {
            Channel server = new ServerBootstrap()
                    .group(free, busy)
                    .channel(LocalServerChannel.class)
                    .childHandler(new ChannelInitializer<LocalChannel>() {
                        @Override
                        protected void initChannel(LocalChannel channel) {
                            var codec = new RequestCodec(new HttpDecoderConfig());
                            channel.pipeline()
                                    .addLast(
                                            new ClientWatch(patience, codec, _ -> {}, new Entrance(busy).of(channel)),
                                            codec);
                        }
                    })
                    .bind(LocalAddress.ANY)
                    .sync()
                    .channel();
            busy.execute(() -> workForALongTime(busy.next()));
            Channel client = new Bootstrap()
                    .group(free)
                    .channel(LocalChannel.class)
                    .handler(new ChannelInboundHandlerAdapter())
                    .connect(server.localAddress())
                    .sync()
                    .channel();
            assertThat(client.closeFuture().await(15, TimeUnit.SECONDS))
                    .as("an idle connection ends")
                    .isTrue();
        } finally {
            busy.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            free.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        }
    }

    /** One task in each round of the loop. */
    private static void workForALongTime(EventLoop loop) {
        LockSupport.parkNanos(PAUSE);
        if (!loop.isShuttingDown()) {
            loop.schedule(() -> workForALongTime(loop), 1, TimeUnit.MILLISECONDS);
        }
    }
}
