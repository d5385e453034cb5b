package dev.banyan.gateway.edge;

import dev.banyan.gateway.edge.Admission.Taken;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.ServerSocketChannelConfig;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ports by which clients come. While requests wait long for an event loop that has more to do than it gets done, it takes no new connection:
 * whoever has one is served, and the system lets the others wait, at no cost to us.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a loop that is shut down reports to nobody
public final class Entrance {

    /*
     * A port that takes nobody has a queue of thousands, and who has waited there until his patience was over would be taken first. So the queue is
     * made short, too: the system then drops what asks for a connection, and who still wants one asks again after a second.
     *
     * Over io_uring Netty goes on reading and taking connections, up to 128 times, before it runs a task or a timer. So a timer that is late says
     * little, and what is decided is done at once, by what is read and taken.
     */

    private static final Logger LOG = LoggerFactory.getLogger(Entrance.class);

    private static final long SAMPLE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** An event loop that had nothing to read for so long is not busy: timers come behind what is to be read. */
    private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(40);

    private static final long SAID_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** Served within some 0.1 s by a tenth of a processor. */
    private static final int FEW = 128;

    private final Map<EventExecutor, Inside> insides = new HashMap<>();
    private final List<Port> ports = new CopyOnWriteArrayList<>();
    private final AtomicLong saidAt = new AtomicLong(System.nanoTime() - SAID_NANOS);

    /** Whether some port does not take all, or did not a moment ago: what is done for clients who have left is not worth it. */
    private volatile boolean busy;

    /** Watches what comes in on {@code loops}. */
    public Entrance(EventLoopGroup loops) {
        loops.forEach(each -> insides.put(each, new Inside()));
    }

    /** Adds a port that is bound. */
    public void add(Channel port) {
        Inside inside = of(port);
        var added = new Port(port, inside);
        ports.add(added);
        inside.ports.add(added);
        port.pipeline().addFirst(added);
    }

    /** Returns where the requests of a client's connection come in. */
    public Inside of(Channel channel) {
        return Objects.requireNonNull(insides.get(channel.eventLoop()));
    }

    /** Counts in {@code meters} whether new connections wait. */
    public void countIn(MeterRegistry meters) {
        Gauge.builder(
                        "banyan.entrance.shut",
                        ports,
                        all -> all.stream().anyMatch(each -> each.taken == Taken.NONE) ? 1 : 0)
                .register(meters);
    }

    /** What comes in on one event loop; only that loop uses it. */
    public class Inside {

        private final List<Port> ports = new CopyOnWriteArrayList<>();
        private long nextSample = System.nanoTime();
        private long nextLook = nextSample;
        private long sum;
        private int count;

        /**
         * A request begins, at {@code now}, on a connection that was taken, or had its last reply, at {@code since}. Returns whether its client
         * has left, as far as that is worth a look.
         */
        boolean hasLeft(Channel client, long since, long now) {
            if (now - nextSample >= 0) {
                nextSample = now + SAMPLE_NANOS;
                sample(Math.min(TcpState.heardNanos(client), now - since), now);
            }
            return busy && TcpState.hasLeft(client);
        }

        private void sample(long waited, long now) {
            sum += waited;
            count++;
            if (now - nextLook >= 0) {
                nextLook = now + LOOK_NANOS;
                for (Port each : ports) {
                    each.heard(sum / count, now);
                }
                sum = 0;
                count = 0;
            }
        }
    }

    /** One port; only its event loop uses it. */
    private final class Port extends ChannelInboundHandlerAdapter {

        private final Channel channel;
        private final Inside inside;
        private final Admission admission = new Admission();
        private volatile Taken taken = Taken.ALL;

        private Port(Channel channel, Inside inside) {
            this.channel = channel;
            this.inside = inside;
        }

        /** Lets go of a client who has left before he was taken, which costs a tenth of what it costs later. */
        @Override
        public void channelRead(ChannelHandlerContext port, Object message) {
            if (message instanceof Channel client && TcpState.hasLeft(client)) {
                client.unsafe().closeForcibly();
            } else {
                port.fireChannelRead(message);
            }
        }

        private void heard(long waited, long now) {
            boolean begins = take(admission.heard(waited, now));
            if (begins) {
                lookSoon();
                long said = saidAt.get();
                if (now - said >= SAID_NANOS && saidAt.compareAndSet(said, now)) {
                    LOG.warn(
                            "more comes than can be served: requests wait {} ms until they are read, new connections wait too",
                            TimeUnit.NANOSECONDS.toMillis(waited));
                }
            }
        }

        /** Until it is over, since there may be nobody left who sends requests. */
        private void lookSoon() {
            channel.eventLoop()
                    .schedule(
                            () -> {
                                long now = System.nanoTime();
                                boolean idle = now - inside.nextSample > IDLE_NANOS;
                                take(idle ? admission.heard(0, now) : admission.at(now));
                                if (taken != Taken.ALL) {
                                    lookSoon();
                                }
                            },
                            LOOK_AGAIN_NANOS,
                            TimeUnit.NANOSECONDS);
        }

        /** Returns whether it has taken all until now. */
        private boolean take(Taken next) {
            Taken before = taken;
            if (next == before) {
                return false;
            }
            taken = next;
            busy = Entrance.this.ports.stream().anyMatch(each -> each.taken != Taken.ALL);
            if (channel.isActive()) {
                channel.config().setAutoRead(next != Taken.NONE);
                if (before == Taken.ALL || next == Taken.ALL) {
                    setQueue(next == Taken.ALL);
                }
            }
            return before == Taken.ALL;
        }

        private void setQueue(boolean all) {
            if (channel instanceof UnixChannel unix && channel.config() instanceof ServerSocketChannelConfig config) {
                try {
                    int length = all ? config.getBacklog() : Math.min(FEW, config.getBacklog());
                    new Socket(unix.fd().intValue()).listen(length); // a second call changes the length alone
                } catch (IOException e) {
                    LOG.debug("length of the queue of {}", channel, e);
                }
            }
        }
    }
}
