package dev.banyan.gateway.connect;

import dev.banyan.gateway.backend.BackendAddresses;
import dev.banyan.gateway.backend.Deadline;
import dev.banyan.gateway.backend.Failure;
import dev.banyan.gateway.backend.Instance;
import dev.banyan.gateway.backend.LiveBackend;
import dev.banyan.gateway.backend.ReplyDecoder;
import dev.banyan.gateway.edge.ForgottenReset;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a backend. It carries one call at a time and waits in its {@link Pool} between calls; whatever comes while it
 * waits, or beyond the end of a reply, ends it.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty: a failed write closes the channel, and that is listened to
public final class BackendConnection extends ChannelInboundHandlerAdapter {

    /*
     * A reply may end in the middle of what was read, with more behind it. So a connection goes back to the pool only when all
     * that was read has been decoded: the next call must not take such bytes for its reply. While it waits, there may be other
     * events between two parts of one read, so that it is looked at again when it is taken.
     */

    private static final long IDLE_NANOS = LiveBackend.IDLE_MAX.toNanos();
    private static final long LIFE_NANOS = LiveBackend.LIFE_MAX.toNanos();
    private static final long UNSEEN_NANOS = LiveBackend.UNSEEN.toNanos();

    private final Pool pool;
    private final LiveBackend backend;
    private final Instance instance;
    private final ReplyDecoder decoder;
    private @Nullable Asker owner;
    private @Nullable Connecting connecting;
    private @Nullable Channel channel;
    private boolean ready;
    private boolean used;
    /** The last reply has ended well, and the connection may wait for another call once all that was read is decoded. */
    private boolean leaving;

    private final long bornNanos = System.nanoTime();
    private long idleSince = bornNanos;
    private long connectNanos;
    /** For the connection, then for a call's backend, then for another call. */
    private final Deadline deadline;

    private final ForgottenReset forgotten =
            new ForgottenReset(context -> context.channel().config().isAutoRead(), _ -> broke(Failure.RESET));

    BackendConnection(Pool pool, LiveBackend backend, Instance instance, Asker owner) {
        this.pool = pool;
        this.backend = backend;
        this.decoder = new ReplyDecoder(backend.distrust());
        this.instance = instance;
        this.owner = owner;
        this.deadline = new Deadline(pool.loop(), this::passed);
    }

    public LiveBackend backend() {
        return backend;
    }

    public Instance instance() {
        return instance;
    }

    /** Says what the next reply answers: after a HEAD it has no body, whatever its head says. */
    public void expectReply(boolean toHead) {
        decoder.expectReply(toHead);
    }

    ReplyDecoder decoder() {
        return decoder;
    }

    boolean isTo(LiveBackend other) {
        return backend == other;
    }

    /** Whether requests can be written; until then {@link Asker#connected} or {@link Asker#broke} is still to come. */
    public boolean isReady() {
        return ready;
    }

    /** Whether this is not its first request. */
    public boolean wasUsed() {
        return used;
    }

    public boolean isWritable() {
        return channel != null && channel.isWritable();
    }

    void connect(Pools all) {
        connectWithin(backend.backend().timeouts().connect().toNanos());
        // Later, so that whoever takes it has it before it fails.
        connecting = new Connecting(this, pool, all);
        pool.loop().execute(connecting::start);
    }

    /** Fails unless there is a place for it by then, and it stands as long after that: see {@link #dialBegins}. */
    public void connectWithin(long nanos) {
        connectNanos = nanos;
        deadline.in(nanos);
    }

    /** There is a place. What is known of its name is used when DNS says nothing for a second, which is not the backend's. */
    void dialBegins() {
        deadline.in(connectNanos + BackendAddresses.WAIT.toNanos());
    }

    /** Whether somebody still waits for this connection to stand. */
    boolean isAwaited() {
        return owner != null;
    }

    /** It stands, and its codecs are in place. */
    void connected(Channel made) {
        channel = made;
        connecting = null;
        Asker waiting = owner;
        if (waiting == null || !made.isActive()) {
            made.close();
            notConnected(Failure.CONNECT);
            return;
        }
        ready = true;
        deadline.none();
        try {
            waiting.connected(this);
        } catch (RuntimeException | Error e) {
            broke(Failure.RESET); // nobody else hears of it here, and the call would wait for ever
            throw e;
        }
    }

    void notConnected(Failure why) {
        Asker waiting = owner;
        owner = null;
        deadline.end();
        if (waiting != null) {
            waiting.broke(this, why);
        }
    }

    /** Begins another call over a connection that waited; false when it is too old or has ended. */
    boolean takeUp(Asker next) {
        long now = System.nanoTime();
        boolean fit = channel != null
                && channel.isActive()
                && decoder.isClean()
                && now - idleSince < IDLE_NANOS
                && now - bornNanos < LIFE_NANOS
                && !backend.isReplaced()
                && (now - idleSince < UNSEEN_NANOS || !ForgottenReset.isOf(channel));
        if (!fit) {
            close();
            return false;
        }
        deadline.none();
        used = true;
        owner = next;
        return true;
    }

    /** Writes a part of a request, which is this connection's from now on. */
    public void write(Object message) {
        if (channel == null) {
            ReferenceCountUtil.release(message);
            return;
        }
        channel.write(message, channel.voidPromise());
    }

    public void flush() {
        if (channel != null) {
            channel.flush();
        }
    }

    /** Stops reading, or goes on. */
    public void read(boolean on) {
        if (channel != null && channel.config().isAutoRead() != on) {
            channel.config().setAutoRead(on);
        }
    }

    /** The call over this connection has ended. One that is not {@code reusable} is closed, or over which not all of the request has left. */
    public void leave(boolean reusable) {
        owner = null;
        deadline.none();
        if (!reusable || hasUnsent() || backend.isReplaced()) {
            close();
            return;
        }
        leaving = true;
        read(true);
    }

    /** A backend that answers early may read no more: the next request would wait behind the rest of this one, or be taken for it. */
    private boolean hasUnsent() {
        ChannelOutboundBuffer unsent = channel == null ? null : channel.unsafe().outboundBuffer();
        return unsent != null && unsent.totalPendingWriteBytes() > 0;
    }

    /** Ends it; whoever used it is not told. */
    public void close() {
        owner = null;
        leaving = false;
        decoder.closes();
        deadline.end();
        if (channel != null) {
            channel.close();
        } else if (connecting != null) {
            connecting.cancel();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        Asker current = owner;
        if (current == null) {
            ReferenceCountUtil.release(message); // nobody asked for it
            close();
        } else if (message instanceof HttpResponse reply) {
            current.replyHead(this, reply);
        } else if (message instanceof HttpContent piece) {
            current.replyPiece(this, piece);
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (owner != null) {
            owner.replyRead();
        }
        if (owner != null) {
            forgotten.afterRead(context);
        }
        if (!decoder.isClean()) {
            broke(Failure.RESET);
        } else if (leaving && context.channel().isActive()) {
            leaving = false;
            idleSince = System.nanoTime();
            pool.put(this);
            deadline.in(IDLE_NANOS);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (owner != null && context.channel().isWritable()) {
            owner.backendTakesMore();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        broke(Failure.RESET);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        broke(Failure.RESET);
    }

    private void broke(Failure why) {
        Asker current = owner;
        boolean stood = ready;
        pool.remove(this);
        if (stood) {
            close();
        }
        if (current != null && stood) {
            current.broke(this, why);
        }
    }

    /** Fails the call unless it has ended by then. */
    public void deadlineIn(long nanos) {
        deadline.in(nanos);
    }

    /** A request is sent, whose backend has so long for its reply's head: fails the call as {@link Deadline#turn} says. */
    public void callBegins(long patienceNanos) {
        if (channel != null) {
            deadline.callBegins(channel, patienceNanos);
        }
    }

    public void replyBegins(long silenceNanos) {
        deadline.replyBegins(silenceNanos);
    }

    public void turn(boolean sent, boolean wanted) {
        deadline.turn(sent, wanted);
    }

    private void passed() {
        if (owner == null) {
            pool.remove(this);
            close();
        } else if (ready) {
            broke(Failure.TIMEOUT);
        } else {
            notConnected(connecting != null && connecting.hasBegun() ? Failure.CONNECT : Failure.BUSY);
            close();
        }
    }
}
