package dev.banyan.gateway.edge;

import dev.banyan.gateway.http.AbsoluteForm;
import dev.banyan.gateway.http.Framing;
import dev.banyan.gateway.http.Refusal;
import dev.banyan.gateway.http.Target;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import io.netty.util.AttributeKey;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Checks each request head as the decoder made it, before any framework has read it its own way. A head that could be read in
 * two ways is marked as {@link Refused}, which is answered in its turn and closes the connection.
 */
public final class FrontDoor extends ChannelInboundHandlerAdapter {

    /** Carries the target as it came, where the framework needs another spelling. Clients cannot set it. */
    public static final AsciiString TARGET = AsciiString.cached("x-banyan-target");

    private static final AttributeKey<HttpHeaders> BROKEN = AttributeKey.valueOf("banyan.brokenBody");

    private final AbsoluteForm absolute;
    private final IntConsumer refused;
    private @Nullable HttpHeaders current;

    /** {@code refused} is told the status of each request that goes no further. */
    public FrontDoor(AbsoluteForm absolute, IntConsumer refused) {
        this.absolute = absolute;
        this.refused = refused;
    }

    /** Returns the target as the client sent it, from what came through this handler. */
    public static String targetOf(HttpHeaders head, String uri) {
        String original = head.get(TARGET);
        return original == null ? uri : original;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpRequest request && request.decoderResult().isSuccess()) {
            Refusal refusal = admit(request, absolute);
            if (refusal != null) {
                refused.accept(refusal.status());
                Refused.mark(request, refusal);
                request.setUri("/");
                context.pipeline().fireUserEventTriggered(ClientWatch.BROKEN);
            }
        }
        if (message instanceof HttpRequest request) {
            current = request.headers();
        } else if (message instanceof HttpContent piece && piece.decoderResult().isFailure()) {
            context.channel().attr(BROKEN).set(current); // nothing is read after it
        }
        context.fireChannelRead(message);
    }

    /**
     * Whether the body of the request with this head, the very object, is not framed as it says: what came of it is not all, though it
     * may seem to end.
     */
    @SuppressWarnings("ReferenceEquality") // another request may have an equal head
    public static boolean isBodyBroken(Channel client, HttpHeaders head) {
        return client.hasAttr(BROKEN) && client.attr(BROKEN).get() == head;
    }

    /** HTTP/1.0 may leave {@code Host} out, and a URL then says it alone, as it would to any server (RFC 9112, 3.2.2). */
    private static void nameHost(HttpRequest request, String target) {
        String host = Target.hostOf(target);
        if (host != null
                && request.protocolVersion().compareTo(HttpVersion.HTTP_1_1) < 0
                && !request.headers().contains(HttpHeaderNames.HOST)) {
            request.headers().set(HttpHeaderNames.HOST, host);
        }
    }

    /** Returns why a head goes no further; null when it does, and then its target is spelled as the framework takes it. */
    public static @Nullable Refusal admit(HttpRequest request, AbsoluteForm absolute) {
        request.headers().remove(TARGET);
        boolean tunnel = request.method().equals(HttpMethod.CONNECT);
        boolean wholeServer = request.uri().equals("*") && request.method().equals(HttpMethod.OPTIONS);
        String target = tunnel || wholeServer ? "/" : request.uri();
        if (!Target.isPath(target)) {
            nameHost(request, target);
        }
        Refusal refusal = Framing.ambiguity(request.protocolVersion(), target, request.headers());
        if (refusal != null) {
            return refusal;
        }
        if (!absolute.allows(target)) {
            return new Refusal(421, "target is a URL of a host that is not served here");
        }
        String origin = Target.originForm(target);
        String forJava = Target.forJava(origin);
        request.setUri(forJava);
        if (wholeServer) {
            request.headers().set(TARGET, "*");
        } else if (!forJava.equals(origin)) {
            request.headers().set(TARGET, Target.ascii(origin));
        }
        return null;
    }
}
