package dev.banyan.gateway.http2;

import dev.banyan.gateway.call.Memory;
import dev.banyan.gateway.call.OwnReply;
import dev.banyan.gateway.edge.FrontDoor;
import dev.banyan.gateway.edge.Pace;
import dev.banyan.gateway.http.AbsoluteForm;
import dev.banyan.gateway.http.Refusal;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One stream of a client: its request as messages of HTTP/1.1 for the handlers behind, and their reply as frames. What RFC 9113
 * calls malformed is reset; what HTTP/1.1 could not carry without doubt is answered.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty: a failed write ends the stream, and that is listened to
final class StreamCodec extends ChannelDuplexHandler {

    /** Of a request that was refused, read before its stream is reset. */
    private static final int UNWANTED_BYTES_MAX = 64 * 1024;

    private final Http2Connection connection;
    private @Nullable ChannelHandlerContext context;

    private boolean begun;
    /** Waits for what came with it, and perhaps the next frame: no backend is told in vain of a body, or of what was reset at once. */
    private @Nullable Http2Headers held;

    private boolean requestEnded;
    private boolean refused;
    private int unwantedBytes;
    private boolean toHead;
    private boolean replyBegun;
    private boolean replyEnded;

    private final Pace pace;
    private final Unsent unsent;

    StreamCodec(Http2Connection connection) {
        this.connection = connection;
        this.pace = connection.pace();
        this.unsent = new Unsent(pace);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
        connection.opened(stream(added), this);
    }

    private static Http2FrameStream stream(ChannelHandlerContext context) {
        return ((Http2StreamChannel) context.channel()).stream();
    }

    @Override
    public void channelRead(ChannelHandlerContext client, Object message) {
        if (message instanceof Http2HeadersFrame head) {
            pace.asked();
            requestEnded |= head.isEndStream();
            if (begun) {
                trailers(client, head);
            } else {
                begin(client, head);
            }
        } else if (message instanceof Http2DataFrame data) {
            requestEnded |= data.isEndStream();
            int bytes = data.content().readableBytes();
            body(client, data);
            if (pace.came(bytes) && !requestEnded) {
                giveUp(client);
            }
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    private void begin(ChannelHandlerContext client, Http2HeadersFrame frame) {
        begun = true;
        Http2Headers head = frame.headers();
        if (RequestHead.malformation(head) != null) {
            malformed(client);
            return;
        }
        toHead = HttpMethod.HEAD.asciiName().contentEquals(head.method());
        Refusal refusal = RequestHead.refusal(head, connection.limits().requestLineBytes());
        if (refusal == null) {
            held = head;
        } else {
            refuse(client, refusal);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext client) {
        if (held != null && (requestEnded || !RequestHead.mayLackBody(held))) {
            passedHeld(client, requestEnded);
        }
        client.fireChannelReadComplete();
    }

    /** Passes a head on, and the end of a request that has no body. */
    private void pass(ChannelHandlerContext client, Http2Headers head, boolean ended) {
        HttpRequest request = RequestHead.request(head, ended);
        Refusal refusal = FrontDoor.admit(request, AbsoluteForm.ANY);
        if (refusal != null) {
            refuse(client, refusal);
            return;
        }
        client.fireChannelRead(request);
        if (ended) {
            client.fireChannelRead(LastHttpContent.EMPTY_LAST_CONTENT);
        }
    }

    private void trailers(ChannelHandlerContext client, Http2HeadersFrame frame) {
        if (RequestHead.malformedTrailers(frame.headers()) != null) {
            malformed(client);
        } else if (!passedHeld(client, true) && !refused) {
            client.fireChannelRead(LastHttpContent.EMPTY_LAST_CONTENT);
        }
    }

    /** Passes on a head that was held. Returns whether the request has ended with it. */
    private boolean passedHeld(ChannelHandlerContext client, boolean ended) {
        Http2Headers head = held;
        held = null;
        if (head != null) {
            pass(client, head, ended);
        }
        return head != null && ended;
    }

    private void body(ChannelHandlerContext client, Http2DataFrame data) {
        ByteBuf content = data.content();
        if (passedHeld(client, data.isEndStream() && !content.isReadable())) {
            data.release();
        } else if (refused) {
            unwantedBytes += content.readableBytes();
            data.release();
            if (unwantedBytes > UNWANTED_BYTES_MAX) {
                client.close();
            }
        } else if (data.isEndStream()) {
            client.fireChannelRead(new DefaultLastHttpContent(content));
        } else if (content.isReadable()) {
            client.fireChannelRead(new DefaultHttpContent(content));
        } else {
            data.release();
        }
    }

    private void malformed(ChannelHandlerContext client) {
        refused = true;
        held = null;
        connection.refused(400);
        client.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.PROTOCOL_ERROR));
        client.close();
    }

    private void refuse(ChannelHandlerContext client, Refusal refusal) {
        refused = true;
        held = null;
        connection.refused(refusal.status());
        OwnReply reply = OwnReply.refusal(refusal.status(), refusal.reason());
        write(
                client,
                new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1,
                        HttpResponseStatus.valueOf(reply.status()),
                        toHead ? Unpooled.EMPTY_BUFFER : Unpooled.copiedBuffer(reply.body(), StandardCharsets.UTF_8),
                        reply.head(),
                        EmptyHttpHeaders.INSTANCE),
                client.newPromise());
        client.flush();
    }

    @Override
    public void read(ChannelHandlerContext client) {
        pace.asked();
        client.read();
    }

    @Override
    public void write(ChannelHandlerContext client, Object message, ChannelPromise promise) {
        if (message instanceof HttpResponse reply) {
            writeHead(client, reply, promise);
        } else if (message instanceof HttpContent piece) {
            writeBody(client, piece.content(), piece instanceof LastHttpContent, promise);
        } else if (message instanceof ByteBuf bytes) {
            writeBody(client, bytes, false, promise);
        } else {
            client.write(message, promise);
        }
    }

    private void writeHead(ChannelHandlerContext client, HttpResponse reply, ChannelPromise promise) {
        if (replyBegun) { // by us: a second head would end the connection
            ReferenceCountUtil.release(reply);
            promise.trySuccess();
            return;
        }
        boolean interim = reply.status().codeClass() == HttpStatusClass.INFORMATIONAL;
        boolean whole = !interim && reply instanceof LastHttpContent;
        ByteBuf content = reply instanceof HttpContent full ? full.content() : Unpooled.EMPTY_BUFFER;
        boolean bodiless = toHead || !content.isReadable();
        replyBegun |= !interim;
        replyEnded |= whole && bodiless;
        var head = new DefaultHttp2HeadersFrame(ReplyHead.of(reply), whole && bodiless);
        if (whole && !bodiless) {
            client.write(head, client.newPromise());
            writeBody(client, content, true, promise);
            return;
        }
        content.release();
        unsent.add(client.write(head, promise.unvoid()));
    }

    private void writeBody(ChannelHandlerContext client, ByteBuf bytes, boolean last, ChannelPromise promise) {
        if (replyEnded || !replyBegun || (toHead && !last) || (!last && !bytes.isReadable())) {
            bytes.release();
            promise.trySuccess();
            return;
        }
        replyEnded = last;
        ByteBuf sent = bytes;
        if (toHead && bytes.isReadable()) {
            bytes.release();
            sent = Unpooled.EMPTY_BUFFER;
        }
        unsent.add(client.write(new DefaultHttp2DataFrame(sent, last), promise.unvoid()));
    }

    Unsent unsent() {
        return unsent;
    }

    /** Ends the stream once all that was written has left: without a fault if the reply is whole. */
    @Override
    public void close(ChannelHandlerContext client, ChannelPromise promise) {
        unsent.whenGone(() -> end(client, promise));
    }

    private void end(ChannelHandlerContext client, ChannelPromise promise) {
        if (!replyEnded) {
            breakOff(client, promise);
            return;
        }
        if (stream(client).state() != Http2Stream.State.CLOSED) {
            client.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.NO_ERROR));
        }
        client.close(promise);
    }

    private void breakOff(ChannelHandlerContext client, ChannelPromise promise) {
        if (stream(client).state() != Http2Stream.State.CLOSED) {
            connection.breakOff(stream(client));
        }
        client.close(promise);
    }

    /** Its end has come on the wire, whether or not all that came before it was read. */
    void ended() {
        ChannelHandlerContext client = context;
        if (client != null && client.channel().isOpen()) {
            client.close(client.newPromise());
        }
    }

    /** Ends the stream if its client keeps us waiting: with its body, or with taking the reply ({@link Unsent#isStuck}). */
    void look(long now, long drawn) {
        ChannelHandlerContext client = context;
        if (client == null || !client.channel().isActive()) {
            return;
        }
        boolean awaited = begun && !requestEnded && client.channel().config().isAutoRead();
        if (unsent.isStuck(drawn, now)) {
            breakOff(client, client.newPromise());
        } else if (awaited && now - pace.overdueAt() >= 0) {
            giveUp(client);
        }
    }

    /** Ends a request whose body does not come. */
    private void giveUp(ChannelHandlerContext client) {
        if (!replyBegun) {
            refuse(client, new Refusal(408, "the body did not come"));
        }
        close(client, client.newPromise());
    }

    /** Whether what comes now goes on at once. */
    boolean reads() {
        return context != null && context.channel().config().isAutoRead();
    }

    /** Ends a request whose body would have to wait where there is no memory for it, with all that waits already. */
    void noRoom() {
        ChannelHandlerContext client = context;
        if (client == null || !client.channel().isActive()) {
            return;
        }
        if (!replyBegun) {
            refuse(client, Memory.REFUSAL);
        }
        end(client, client.newPromise());
    }

    @Override
    public void channelInactive(ChannelHandlerContext client) {
        held = null;
        connection.closed(stream(client), begun);
        client.fireChannelInactive();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext client, Object event) {
        ReferenceCountUtil.release(event); // a reset ends the stream, which is seen
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext client, Throwable cause) {
        if (!(cause instanceof Http2Exception)) { // of which the frame codec resets the stream, with the code for it
            breakOff(client, client.newPromise());
        }
    }
}
