package dev.banyan.gateway.tunnel;

import dev.banyan.gateway.backend.Failure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.netty.NettyPipeline;

/** The backend's end of an upgrade: relays its reply, and after a 101 its bytes. */
@SuppressWarnings("FutureReturnValueIgnored") // Netty: a failed write closes the channel, and that is listened to
final class BackendSide extends ChannelInboundHandlerAdapter {

    /** A close frame with status 1001, as servers send it: unmasked. */
    private static final byte[] GOING_AWAY = {(byte) 0x88, 2, 0x03, (byte) 0xe9};

    /** Told once how the upgrade came out. */
    interface Result {
        void accept(int status, @Nullable Failure failure);
    }

    private final ChannelHandlerContext client;
    private final Result result;
    private final String accept;
    private final Frames frames = new Frames();
    private boolean known;
    private boolean tunnel;
    private boolean leaving;
    private boolean saidGoodbye;

    BackendSide(ChannelHandlerContext client, String key, Result result) {
        this.client = client;
        this.result = result;
        this.accept = acceptFor(key);
    }

    /** Says how the upgrade came out, unless that was said before. */
    void ended(int status, @Nullable Failure failure) {
        if (!known) {
            known = true;
            result.accept(status, failure);
        }
    }

    void headWithin(Channel backend, Duration atMost) {
        backend.eventLoop()
                .schedule(
                        () -> {
                            if (!known) {
                                ended(Failure.TIMEOUT.status(), Failure.TIMEOUT);
                                backend.close();
                            }
                        },
                        atMost.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext backend, Object message) {
        if (message instanceof ByteBuf bytes) {
            relay(bytes);
            return;
        }
        if (message instanceof HttpResponse reply) {
            int status = reply.status().code();
            tunnel = status == 101 && reply.headers().contains(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT, accept, false);
            if (status == 101 && !tunnel) {
                // It claims to have switched without having read the request: nothing it says can be trusted as
                // framing.
                ended(Failure.RESET.status(), Failure.RESET);
                io.netty.util.ReferenceCountUtil.release(message);
                backend.close();
                return;
            }
            ended(status, Failure.ofStatus(status));
            if (!tunnel) {
                reply.headers().set(HttpHeaderNames.CONNECTION, "close");
            }
        }
        boolean last = message instanceof LastHttpContent;
        var written = client.writeAndFlush(message);
        if (last && tunnel) {
            becomeTunnel(backend);
        } else if (last) {
            written.addListener(ChannelFutureListener.CLOSE);
        }
    }

    private void relay(ByteBuf bytes) {
        if (saidGoodbye) {
            bytes.release();
            return;
        }
        int boundary = frames.passOver(bytes);
        if (leaving && boundary >= 0 && !frames.isClosed()) {
            client.write(bytes.readRetainedSlice(boundary - bytes.readerIndex()));
            bytes.release();
            sayGoodbye();
        } else {
            client.writeAndFlush(bytes);
        }
    }

    /** Ends the client's side with a close frame as soon as the backend is between two frames. */
    void goAway() {
        leaving = true;
        if (tunnel && frames.isBetween() && !frames.isClosed() && !saidGoodbye) {
            sayGoodbye();
        }
    }

    private void sayGoodbye() {
        // The client answers with a close frame of its own; the backend gets that one and closes.
        saidGoodbye = true;
        client.writeAndFlush(Unpooled.wrappedBuffer(GOING_AWAY));
    }

    boolean isTunnel() {
        return tunnel;
    }

    /** Returns the {@code Sec-WebSocket-Accept} that RFC 6455 section 4.2.2 derives from a key. */
    static String acceptFor(String key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1")
                    .digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.ISO_8859_1));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }

    private void becomeTunnel(ChannelHandlerContext backend) {
        // The codecs go only now, so that what came right behind the 101 is relayed as bytes and in order.
        client.pipeline().remove(NettyPipeline.HttpCodec);
        backend.pipeline().remove("http");
        client.channel().config().setAutoRead(true);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext backend) {
        client.channel().config().setAutoRead(backend.channel().isWritable());
        backend.fireChannelWritabilityChanged();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext backend, Throwable cause) {
        backend.close();
    }
}
