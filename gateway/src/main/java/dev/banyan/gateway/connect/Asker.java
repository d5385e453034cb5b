package dev.banyan.gateway.connect;

import dev.banyan.gateway.backend.Failure;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;

/** Has a connection to a backend for one request, and is told what happens there, on the connection's event loop. */
public interface Asker {

    /** The connection that {@link Pool#take} has begun to make stands. */
    void connected(BackendConnection ready);

    /** The connection brings no reply, or no more of it; nothing follows. */
    void broke(BackendConnection from, Failure why);

    /** A reply's head has come, an interim reply's never does. It is the asker's from now on, and may be one that cannot be read. */
    void replyHead(BackendConnection from, HttpResponse reply);

    /** A piece of the reply's body has come. It is the asker's to release, and may be one that cannot be read. */
    void replyPiece(BackendConnection from, HttpContent piece);

    /** All that was read for now has been shown. */
    default void replyRead() {}

    /** The backend takes more of the request. */
    default void backendTakesMore() {}
}
