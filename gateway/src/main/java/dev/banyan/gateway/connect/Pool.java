package dev.banyan.gateway.connect;

import dev.banyan.gateway.backend.Instance;
import dev.banyan.gateway.backend.LiveBackend;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/** The backend connections of one event loop that wait for their next call; touched by that loop alone, so nothing locks. */
public final class Pool {

    private final Pools all;
    private final EventLoop loop;
    private final Class<? extends Channel> channelType;
    private final Map<Instance, ArrayDeque<BackendConnection>> idle = new HashMap<>();

    Pool(Pools all, EventLoop loop, Class<? extends Channel> channelType) {
        this.all = all;
        this.loop = loop;
        this.channelType = channelType;
    }

    Class<? extends Channel> channelType() {
        return channelType;
    }

    /** The event loop whose connections these are, and on which alone this may be used. */
    public EventLoop loop() {
        return loop;
    }

    /**
     * Returns the connection used last that is still fit, or one that is being made and tells {@code owner} when it stands.
     *
     * @param anew takes none that waited
     */
    public BackendConnection take(LiveBackend backend, Instance instance, boolean anew, Asker owner) {
        ArrayDeque<BackendConnection> waiting = anew ? null : idle.get(instance);
        BackendConnection each;
        while (waiting != null && (each = waiting.pollLast()) != null) {
            if (each.takeUp(owner)) {
                return each;
            }
        }
        var made = new BackendConnection(this, backend, instance, owner);
        made.connect(all);
        return made;
    }

    void put(BackendConnection connection) {
        idle.computeIfAbsent(connection.instance(), _ -> new ArrayDeque<>()).addLast(connection);
    }

    void remove(BackendConnection connection) {
        ArrayDeque<BackendConnection> waiting = idle.get(connection.instance());
        if (waiting != null) {
            waiting.remove(connection);
            if (waiting.isEmpty()) { // also when it was in use: nobody may come back to an instance that was replaced
                idle.remove(connection.instance());
            }
        }
    }

    /** Closes the connection to {@code backend} that has waited longest, if any waits. */
    void closeOne(LiveBackend backend) {
        for (ArrayDeque<BackendConnection> waiting : idle.values()) {
            BackendConnection first = waiting.peekFirst();
            if (first != null && first.isTo(backend)) {
                waiting.removeFirst(); // its end is seen later, and it would be closed again instead of the next
                first.close();
                return;
            }
        }
    }
}
