package dev.banyan.gateway.lean;

import dev.banyan.gateway.backend.LiveBackend;
import dev.banyan.gateway.call.Intake;
import dev.banyan.gateway.connect.Pools;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** What the connections of one gateway share, and how they come to an end. */
public final class LeanPath {

    private final Intake intake;
    private final boolean reveal;
    private final boolean chainOnly;
    private final Pools pools;
    private final Set<ClientSide> open = ConcurrentHashMap.newKeySet();
    private volatile boolean stopping;

    /**
     * Serves by {@code intake}.
     *
     * @param reveal whether replies say which route and backend they came by
     * @param chainOnly whether the filter chain carries requests without filters too
     */
    public LeanPath(Intake intake, boolean reveal, boolean chainOnly) {
        this.intake = intake;
        this.reveal = reveal;
        this.chainOnly = chainOnly;
        this.pools = new Pools(LiveBackend::connections);
    }

    /**
     * Returns the handler of one client connection, or of one stream of one; it belongs right before Reactor Netty's handler of
     * HTTP messages.
     *
     * @param holdBack is told when no more should come of what the client sends ahead, and when it should again
     */
    public ChannelHandler handler(Channel client, Consumer<Boolean> holdBack) {
        return new ClientSide(this, pools.of(client), holdBack);
    }

    Intake intake() {
        return intake;
    }

    boolean reveal() {
        return reveal;
    }

    boolean chainOnly() {
        return chainOnly;
    }

    void opened(ClientSide connection) {
        open.add(connection);
    }

    void closed(ClientSide connection) {
        open.remove(connection);
    }

    /** Whether the replies of connections that open now are their last. */
    boolean isStopping() {
        return stopping;
    }

    /** Lets every reply from here on be the last of its connection, and say so; {@code whenTold} runs when that holds. */
    public void announceStop(Runnable whenTold) {
        stopping = true;
        all(open, ClientSide::announceStop, whenTold);
    }

    /** Ends connections with the exchange they are at; {@code whenNone} runs when none of this path is left. */
    public void stop(Runnable whenNone) {
        stop(Set.of(), whenNone);
    }

    /** Also those that open until the port is closed. */
    private void stop(Set<ClientSide> asked, Runnable whenNone) {
        var others = new HashSet<>(open);
        others.removeAll(asked);
        if (others.isEmpty()) {
            whenNone.run();
        } else {
            var both = new HashSet<>(asked);
            both.addAll(others);
            all(others, ClientSide::stop, () -> stop(both, whenNone));
        }
    }

    private static void all(Set<ClientSide> connections, BiConsumer<ClientSide, Runnable> step, Runnable whenAll) {
        List<ClientSide> asked = List.copyOf(connections);
        var left = new AtomicInteger(asked.size() + 1);
        Runnable oneLess = () -> {
            if (left.decrementAndGet() == 0) {
                whenAll.run();
            }
        };
        asked.forEach(connection -> step.accept(connection, oneLess));
        oneLess.run();
    }
}
