package dev.banyan.gateway.http2;

import dev.banyan.gateway.edge.Pace;
import dev.banyan.gateway.edge.Patience;
import dev.banyan.gateway.http.TrustedPeers;
import dev.banyan.gateway.lean.LeanPath;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/** What the HTTP/2 connections of one gateway share, and how they come to an end. */
public final class Http2Front {

    private final Http2Limits limits;
    private final Patience patience;
    private final Duration drain;
    private final LeanPath lean;
    private final Consumer<ChannelPipeline> chain;
    private final TrustedPeers proxies;
    private final IntConsumer refused;
    private final Set<Http2Connection> open = ConcurrentHashMap.newKeySet();

    /**
     * Serves the requests of streams by {@code lean}.
     *
     * @param drain how long a stop waits for streams
     * @param chain adds to a stream's pipeline what serves the requests that the lean path hands on
     * @param proxies whose connections are shared by many clients, whom they hold to limits themselves
     * @param refused is told the status of each request that goes no further
     */
    public Http2Front(
            Http2Limits limits,
            Patience patience,
            Duration drain,
            LeanPath lean,
            Consumer<ChannelPipeline> chain,
            TrustedPeers proxies,
            IntConsumer refused) {
        this.limits = limits;
        this.patience = patience;
        this.drain = drain;
        this.lean = lean;
        this.chain = chain;
        this.proxies = proxies;
        this.refused = refused;
    }

    /** Makes a connection that stands, and has read nothing yet, one of HTTP/2. */
    public void take(ChannelPipeline pipeline) {
        var halfHead = new HalfHead();
        boolean shared = pipeline.channel().remoteAddress() instanceof InetSocketAddress peer
                && proxies.covers(peer.getAddress());
        int resets = shared ? Http2Limits.RESETS_OF_PROXY_MAX : Http2Limits.RESETS_MAX;
        var untaken = new Untaken(new Pace(patience));
        var connection = new Http2Connection(this, patience, halfHead, untaken, shared);
        var codec = Http2FrameCodecBuilder.forServer()
                .initialSettings(Http2Settings.defaultSettings()
                        .maxConcurrentStreams(limits.streams())
                        .maxHeaderListSize(limits.headBytes())
                        .initialWindowSize(Http2Limits.STREAM_WINDOW_BYTES))
                .validateHeaders(true)
                .validateRequiredPseudoHeaders(true)
                .decoderEnforceMaxRstFramesPerWindow(resets, Http2Limits.RESETS_SECONDS)
                .encoderEnforceMaxRstFramesPerWindow(resets, Http2Limits.RESETS_SECONDS)
                .decoderEnforceMaxSmallContinuationFrames(Http2Limits.SMALL_CONTINUATIONS_MAX)
                .decoderEnforceMaxConsecutiveEmptyDataFrames(Http2Limits.EMPTY_DATA_MAX)
                .encoderEnforceMaxQueuedControlFrames(Http2Limits.UNREAD_ANSWERS_MAX)
                .gracefulShutdownTimeoutMillis(Math.max(1, drain.toMillis()))
                .build();
        // 16 reads that each end within a frame would otherwise make a buffer of a megabyte, and the pool one of eight.
        codec.setDiscardAfterReads(1);
        pipeline.addLast("banyan.http2Untaken", untaken)
                .addLast("banyan.http2HalfHead", halfHead)
                .addLast("banyan.http2Codec", codec)
                .addLast("banyan.http2Connection", connection)
                .addLast("banyan.http2Streams", new Http2MultiplexHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel stream) {
                        stream.pipeline()
                                .addLast(new StreamCodec(connection))
                                .addLast(lean.handler(stream, _ -> {}))
                                .addLast(new ChainOnDemand());
                    }
                }));
        pipeline.channel().config().setAutoRead(true);
    }

    /** Adds the chain's handlers only to a stream that needs them: they are many. */
    private final class ChainOnDemand extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext client, Object message) {
            chain.accept(client.pipeline());
            client.fireChannelRead(message);
            client.pipeline().remove(this);
        }
    }

    Http2Limits limits() {
        return limits;
    }

    void refused(int status) {
        refused.accept(status);
    }

    void opened(Http2Connection connection) {
        open.add(connection);
    }

    void closed(Http2Connection connection) {
        open.remove(connection);
    }

    /** Lets each connection end with the streams it has, also those that open meanwhile; {@code whenNone} runs when none is left. */
    public void stop(Runnable whenNone) {
        List<Http2Connection> asked =
                open.stream().filter(each -> each.channel().isOpen()).toList();
        if (asked.isEmpty()) {
            whenNone.run();
            return;
        }
        var left = new AtomicInteger(asked.size());
        Runnable oneLess = () -> {
            if (left.decrementAndGet() == 0) {
                stop(whenNone);
            }
        };
        asked.forEach(connection -> {
            connection.channel().closeFuture().addListener(_ -> oneLess.run());
            connection.goAway();
        });
    }
}
