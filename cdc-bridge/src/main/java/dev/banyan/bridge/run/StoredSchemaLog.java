package dev.banyan.bridge.run;

import dev.banyan.bridge.engine.SchemaLog;
import dev.banyan.bridge.store.BridgeStore;
import dev.banyan.bridge.store.TableDefinition;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/** The definitions of tables in the bridge's store. */
record StoredSchemaLog(BridgeStore store) implements SchemaLog {

    @Override
    public List<String> changes() {
        return undisturbed(
                () -> store.definitions().stream().map(TableDefinition::text).toList());
    }

    @Override
    public void append(String change) {
        undisturbed(() -> {
            store.define(change);
            return change;
        });
    }

    /** Closing the engine interrupts the caller, and H2 closes its file under an interrupted thread: another thread does the work. */
    private static <T> T undisturbed(Supplier<T> work) {
        var done = new CompletableFuture<T>();
        Thread.ofPlatform().name("banyan-definitions").daemon().start(() -> {
            try {
                done.complete(work.get());
            } catch (RuntimeException e) {
                done.completeExceptionally(e);
            }
        });
        try {
            return done.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }
}
