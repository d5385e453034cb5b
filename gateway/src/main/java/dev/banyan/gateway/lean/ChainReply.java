package dev.banyan.gateway.lean;

import dev.banyan.gateway.edge.OpenEnd;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;

/** Follows a reply of the filter chain as it is written, to know when it has ended, and frames it as clients of HTTP/1.0 can read. */
@SuppressWarnings("FutureReturnValueIgnored") // Netty: a failed write closes the channel, and that is listened to
final class ChainReply {

    private boolean toHead;
    private boolean http10;
    private boolean interim;
    /** It ends with its connection, since nothing else says where. */
    private boolean untilClose;

    private boolean whole;
    private boolean last;

    void begin(HttpRequest request) {
        toHead = request.method().equals(HttpMethod.HEAD);
        http10 = request.protocolVersion().compareTo(HttpVersion.HTTP_1_1) < 0;
        interim = false;
        untilClose = false;
        whole = false;
        last = false;
    }

    /** Writes a message; with {@code lastOne} the reply says that its connection ends with it. */
    void write(ChannelHandlerContext client, Object message, boolean lastOne, ChannelPromise promise) {
        if (message instanceof HttpResponse reply) {
            interim = reply.status().codeClass() == HttpStatusClass.INFORMATIONAL;
            if (!interim) {
                begins(client.channel(), reply, lastOne);
            }
        }
        boolean end = message instanceof LastHttpContent && !interim;
        whole |= end;
        if (end && untilClose) {
            client.write(message, promise.unvoid()).addListener(sent -> {
                if (sent.isSuccess()) {
                    OpenEnd.reached(client.channel());
                }
            });
        } else {
            client.write(message, promise);
        }
    }

    private void begins(Channel client, HttpResponse reply, boolean lastOne) {
        if (http10) {
            frame(client, reply);
        }
        if (lastOne || http10) {
            HttpUtil.setKeepAlive(reply, false);
        }
        last |= !HttpUtil.isKeepAlive(reply);
    }

    /** Reactor Netty sends chunks whoever asks. */
    private void frame(Channel client, HttpResponse reply) {
        HttpHeaders head = reply.headers();
        int status = reply.status().code();
        boolean bodiless = toHead || status == 204 || status == 304;
        reply.setProtocolVersion(HttpVersion.HTTP_1_1);
        head.remove(HttpHeaderNames.TRANSFER_ENCODING);
        untilClose = !bodiless && !head.contains(HttpHeaderNames.CONTENT_LENGTH);
        if (untilClose) {
            OpenEnd.begins(client);
        }
    }

    boolean isWhole() {
        return whole;
    }

    /** Whether it said that it is the connection's last. */
    boolean isLast() {
        return last;
    }
}
