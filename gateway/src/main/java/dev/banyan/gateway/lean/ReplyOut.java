package dev.banyan.gateway.lean;

import dev.banyan.gateway.call.Call;
import dev.banyan.gateway.call.OwnReply;
import dev.banyan.gateway.edge.OpenEnd;
import dev.banyan.gateway.http.HopByHop;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One reply on its way to a client: its framing for that client, and whether the connection lives on after it. */
@SuppressWarnings("FutureReturnValueIgnored") // Netty: a failed write closes the channel, and that is listened to
public final class ReplyOut {

    private final ChannelHandlerContext client;
    private final boolean reveal;
    private final boolean toHead;
    private final boolean http10;
    private final BooleanSupplier stopping;
    /** It may wait for our word before it sends its body, and may not send it after another one. */
    private boolean awaitsContinue;

    private boolean keepAlive;
    private boolean untilClose;
    /** A head that waits for the first piece, so that a short reply is written at once. */
    private @Nullable HttpResponse held;

    private boolean begun;
    private boolean unflushed;
    private int status;

    /** {@code stopping} says whether this must be the connection's last reply. */
    public ReplyOut(ChannelHandlerContext client, HttpRequest request, boolean reveal, BooleanSupplier stopping) {
        this.client = client;
        this.reveal = reveal;
        this.stopping = stopping;
        this.toHead = request.method().equals(HttpMethod.HEAD);
        this.http10 = request.protocolVersion().compareTo(HttpVersion.HTTP_1_1) < 0;
        this.awaitsContinue = HttpUtil.is100ContinueExpected(request);
        this.keepAlive = HttpUtil.isKeepAlive(request);
    }

    /** Whether a head has left, or is about to. */
    boolean isBegun() {
        return begun;
    }

    /** The status the client got, 0 while it has none. */
    public int statusSent() {
        return begun ? status : 0;
    }

    /** Whether another request may follow on this connection. */
    boolean keepsAlive() {
        return keepAlive;
    }

    /** Tells a client that asked, and was not told yet, to go on with its body. */
    void goOn() {
        if (!awaitsContinue) {
            return;
        }
        awaitsContinue = false;
        client.writeAndFlush(
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER),
                client.voidPromise());
    }

    /** Begins with a backend's head, mended. */
    public void begin(Call call, HttpResponse reply) {
        HttpHeaders head = reply.headers();
        status = reply.status().code();
        boolean bodiless = toHead || status == 204 || status == 304;
        mend(call, reply);
        untilClose = !bodiless && !head.contains(HttpHeaderNames.CONTENT_LENGTH);
        if (http10) {
            keepAlive &= !untilClose;
            if (untilClose) {
                OpenEnd.begins(client.channel());
            }
        } else if (untilClose) {
            untilClose = false;
            head.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
        setConnection(head);
        held = reply;
        begun = true;
    }

    private void mend(Call call, HttpResponse reply) {
        HttpHeaders head = reply.headers();
        HopByHop.removeFrom(head);
        call.replyBegins(reply.status().code(), head);
        call.mend(head, reveal);
        reply.setProtocolVersion(HttpVersion.HTTP_1_1);
    }

    /** Writes the mended head of a backend that switches to WebSocket. */
    public void upgrade(Call call, HttpResponse reply) {
        mend(call, reply);
        reply.headers()
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
                .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
                .remove(HttpHeaderNames.CONTENT_LENGTH);
        client.write(reply, client.voidPromise());
    }

    private void setConnection(HttpHeaders head) {
        keepAlive &= !stopping.getAsBoolean();
        if (!keepAlive) {
            head.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        } else if (http10) {
            head.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
        }
    }

    /** Writes a piece; false when the client takes no more for now. */
    public boolean piece(HttpContent piece) {
        writeHeld();
        client.write(piece, client.voidPromise());
        unflushed = true;
        if (client.channel().isWritable()) {
            return true;
        }
        flush();
        return client.channel().isWritable();
    }

    /** Writes the last piece, closes if this was the connection's last reply, and returns the status. */
    public int end(HttpContent last) {
        HttpResponse head = held;
        held = null;
        unflushed = false;
        finish(
                head == null
                        ? HopByHop.withoutTrailers(last)
                        : new DefaultFullHttpResponse(
                                head.protocolVersion(),
                                head.status(),
                                last.content(),
                                head.headers(),
                                EmptyHttpHeaders.INSTANCE));
        return status;
    }

    /** Writes a reply of the gateway's own. */
    public void own(OwnReply reply) {
        begun = true;
        status = reply.status();
        HttpHeaders head = reply.head();
        keepAlive &= !awaitsContinue && !head.contains(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE, true);
        setConnection(head);
        ByteBuf body = toHead || reply.body().isEmpty()
                ? Unpooled.EMPTY_BUFFER
                : Unpooled.copiedBuffer(
                        reply.body(), StandardCharsets.UTF_8); // of the heap, where direct memory is full
        finish(new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), body, head, EmptyHttpHeaders.INSTANCE));
    }

    private void finish(Object last) {
        if (untilClose) {
            client.writeAndFlush(last).addListener(sent -> {
                if (sent.isSuccess()) {
                    OpenEnd.reached(client.channel());
                }
            });
        } else {
            client.writeAndFlush(last, client.voidPromise());
        }
    }

    public void flush() {
        writeHeld();
        if (unflushed) {
            unflushed = false;
            client.flush();
        }
    }

    private void writeHeld() {
        HttpResponse head = held;
        if (head != null) {
            held = null;
            client.write(head, client.voidPromise());
            unflushed = true;
        }
    }

    /** Ends the connection in a way that does not look like the end of the reply. */
    public void cut() {
        keepAlive = false;
        flush();
        client.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> client.close());
    }

    /** Forgets a head that was never written. */
    public void drop() {
        begun &= held == null;
        held = null;
    }
}
