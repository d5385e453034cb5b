package dev.banyan.bridge.lake;

import dev.banyan.bridge.hub.HubPosition;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Seals segments whose log has ended, one at a time, on a thread of its own. */
final class Sealer implements AutoCloseable {

    /** How long a stop waits for the segment at hand, and then once more for a request that is given up. */
    private static final Duration CLOSE = Duration.ofSeconds(10);

    private final LakeStorage storage;
    private final LakeFiles files;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("banyan-lake").daemon().factory());
    private Future<?> sealing = CompletableFuture.completedFuture(null);

    Sealer(LakeStorage storage) {
        this.storage = storage;
        this.files = new LakeFiles(storage);
    }

    /** Begins to seal {@code segment}, at whose end the lake had got to {@code reach}, when the one before it is sealed. */
    void begin(int segment, @Nullable HubPosition reach) throws IOException {
        await();
        sealing = thread.submit(() -> {
            files.seal(segment, storage.readLog(segment), reach);
            storage.deleteLog(segment);
            return null;
        });
    }

    /** Throws what the last segment could not be sealed for, if that is known already. */
    void check() throws IOException {
        if (sealing.isDone()) {
            await();
        }
    }

    /** Returns when no segment is being sealed; throws what the last one could not be sealed for. */
    void await() throws IOException {
        try {
            sealing.get();
        } catch (ExecutionException e) {
            var cause = Objects.requireNonNullElse(e.getCause(), e);
            if (cause instanceof Error error) {
                throw error;
            }
            throw new IOException("sealing a segment: " + cause.getMessage(), cause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a segment was sealed");
        }
    }

    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSE.toNanos(), TimeUnit.NANOSECONDS)) {
                thread.shutdownNow();
                thread.awaitTermination(CLOSE.toNanos(), TimeUnit.NANOSECONDS);
            }
        } catch (InterruptedException e) {
            thread.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
