package dev.banyan.gateway.live;

import dev.banyan.gateway.store.ControlStore;
import dev.banyan.gateway.store.StoreUnavailable;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The last version of the rules in the control store. Before there is one, no files at all. */
final class StoreRules implements RemoteRules {

    private static final Duration FIRST_ANSWER_MAX = Duration.ofSeconds(10);

    private final ControlStore store;
    private final RuleVersions versions;

    StoreRules(ControlStore store) {
        this.store = store;
        this.versions = new RuleVersions(store);
    }

    @Override
    public Optional<Files> fetch(@Nullable String known, @Nullable String newest) throws IOException {
        store.start();
        try {
            store.awaitFirstAnswer(FIRST_ANSWER_MAX);
            long now = versions.newest();
            if (newest != null && now < Long.parseLong(newest)) {
                throw new IOException(
                        "its last version is " + now + " (expected: " + newest
                                + ", by which this gateway has served, or a newer one; after a restore of the store push the rules anew)");
            }
            String version = Long.toString(now);
            return version.equals(known)
                    ? Optional.empty()
                    : Optional.of(new Files(version, versions.files(now).orElse(Map.of())));
        } catch (StoreUnavailable e) {
            throw new IOException(e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped while asking", e);
        }
    }

    @Override
    public String where() {
        return "store:" + store.location().where();
    }

    @Override
    public void close() {} // the store is not its own
}
