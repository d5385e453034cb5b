package dev.banyan.gateway;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.netty.http.HttpResources;
import reactor.netty.resources.LoopResources;

/**
 * The event loops of clients and backends over one transport, one for each processor. They live as long as the
 * process, whose gateways share them, and keep none alive.
 */
final class EventLoops implements LoopResources {

    private static final Logger LOG = LoggerFactory.getLogger(EventLoops.class);

    /** The exit code, that of a JVM with {@code -XX:+ExitOnOutOfMemoryError}. */
    private static final int ENDED = 3;

    private static final Map<Transport, EventLoops> ALL = new ConcurrentHashMap<>();

    private static final AtomicReference<@Nullable EventLoops> IN_USE = new AtomicReference<>();

    private final EventLoopGroup group;
    private final EventLoopGroup ofThisLoop;

    private EventLoops(Transport transport) {
        this.group = new MultiThreadIoEventLoopGroup(
                DEFAULT_IO_WORKER_COUNT,
                new DefaultThreadFactory("gateway-" + transport.word(), true),
                transport.handlers());
        this.ofThisLoop = LoopResources.colocate(group);
        whenOneEnds(group, EventLoops::endProcess);
    }

    /** Runs {@code then} when a loop of {@code group} ends: Netty ends one with whatever error it cannot go on after, such as no memory for what it reads. */
    static void whenOneEnds(EventLoopGroup group, Runnable then) {
        group.forEach(loop -> loop.terminationFuture().addListener(_ -> then.run()));
    }

    /** Nobody would serve the connections of that loop any more, and new ones would come to it. Who starts this process again is of more use. */
    private static void endProcess() {
        LOG.error("an event loop has ended, so the process ends with {}", ENDED);
        Runtime.getRuntime().halt(ENDED);
    }

    /** Returns those over a transport. */
    static EventLoops over(Transport transport) {
        return ALL.computeIfAbsent(transport, EventLoops::new);
    }

    /** Has Reactor Netty use these for all that begins from now on and names no others. */
    static void use(Transport transport) {
        EventLoops loops = over(transport);
        if (loops != IN_USE.getAndSet(loops)) {
            HttpResources.set(loops);
        }
    }

    @Override
    public EventLoopGroup onServer(boolean whetherNative) {
        return group;
    }

    /** A call to a backend stays on the loop of its client. */
    @Override
    public EventLoopGroup onClient(boolean whetherNative) {
        return ofThisLoop;
    }

    /** Reactor Netty asks for it when one of the gateways ends; all it has to let go of is the thought that these are in use. */
    @Override
    public Mono<Void> disposeLater(Duration quiet, Duration atMost) {
        return Mono.fromRunnable(() -> IN_USE.compareAndSet(this, null));
    }
}
