package dev.banyan.gateway.call;

import dev.banyan.gateway.record.Outcome;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/**
 * Looks on while callers get their replies, whatever path they take. Asked on the event loop of the caller's connection: it must
 * not block, throw, or change what it is shown.
 */
public interface Onlooker {

    /** A call of {@code client} is about to go to its backend, for the first time. Returns who looks at it, or null. */
    @Nullable
    Watch callBegins(Call call, Channel client);

    /** Looks at one call to its end. */
    interface Watch {

        /** Sees a piece of the request's body, which belongs to somebody else: what is to be kept must be copied. */
        void requestPiece(ByteBuf piece);

        /** The request's body has come to its end; not said of a request without one. A reply may come, and end, before that. */
        void requestEnded();

        /**
         * A backend's reply is about to go to the caller. Its head has no hop-by-hop headers any more and is not mended yet; it
         * is mended in place afterwards. Returns whether the rest is wanted too; nothing more is shown when not.
         */
        boolean replyBegins(int status, HttpHeaders head);

        /** Sees a piece of the reply's body, which belongs to somebody else. */
        void piece(ByteBuf piece);

        /** The caller has all of the reply, or will get no more of it; asked once. */
        void ended(Outcome outcome);
    }
}
