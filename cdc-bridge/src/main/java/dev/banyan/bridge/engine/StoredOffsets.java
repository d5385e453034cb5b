package dev.banyan.bridge.engine;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.apache.kafka.connect.runtime.WorkerConfig;
import org.apache.kafka.connect.storage.OffsetBackingStore;
import org.apache.kafka.connect.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Hands Debezium the offset from the bridge's store. It never writes there: by the time Debezium is told that a record is done, the
 * store has committed its position together with everything that belongs to it.
 */
public final class StoredOffsets implements OffsetBackingStore {

    /** The engine's setting that names the offset to hand out. */
    static final String SETTING = "banyan.offset";

    /* Debezium makes this object itself, from the class's name, so what it needs has to be found by name too. */
    private static final Map<String, Supplier<String>> OFFSET_BY_NAME = new ConcurrentHashMap<>();

    private @Nullable Supplier<String> offset;

    /** Lets the engine called {@code name} start from the offset, as JSON text, that {@code offset} gives. */
    public static void register(String name, Supplier<String> offset) {
        OFFSET_BY_NAME.put(name, offset);
    }

    /** Forgets {@code name}. */
    public static void unregister(String name) {
        OFFSET_BY_NAME.remove(name);
    }

    @Override
    public void configure(WorkerConfig config) {
        var name = String.valueOf(config.originals().get(SETTING));
        offset = OFFSET_BY_NAME.get(name);
        if (offset == null) {
            throw new IllegalStateException(SETTING + ": " + name + " (expected: a registered offset)");
        }
    }

    @Override
    public Future<Map<ByteBuffer, ByteBuffer>> get(Collection<ByteBuffer> keys) {
        var found = new HashMap<ByteBuffer, ByteBuffer>();
        var known = offset;
        if (known != null) {
            var text = known.get().getBytes(StandardCharsets.UTF_8);
            for (var key : keys) {
                found.put(key, ByteBuffer.wrap(text));
            }
        }
        return CompletableFuture.completedFuture(found);
    }

    @Override
    @SuppressWarnings("NullAway") // Connect, unannotated, passes null for Void and for no error
    public Future<Void> set(Map<ByteBuffer, ByteBuffer> values, Callback<Void> callback) {
        callback.onCompletion(null, null);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void start() {}

    @Override
    public void stop() {}

    @Override
    public Set<Map<String, Object>> connectorPartitions(String connectorName) {
        return Set.of();
    }
}
