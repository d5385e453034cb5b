package dev.banyan.gateway.live;

import dev.banyan.gateway.store.ControlStore;
import dev.banyan.gateway.store.StoreUnavailable;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The last version of the rules in the control store. Before there is one, no files at all. */
final class StoreRules implements RemoteRules {

    /*
     * A version is named by its number and the hash of its rules. The number alone says which is older; but after a restore of the store a number is
     * given once more, to other rules, and these are taken.
     */
    private static final Pattern VERSION = Pattern.compile("([0-9]{1,18})(?::.*)?");

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
            RuleVersions.Newest now = versions.newest();
            if (newest != null && now.number() < number(newest)) {
                throw new IOException(
                        "its last version is " + now.number() + " (expected: " + number(newest)
                                + ", by which this gateway has served, or a newer one; after a restore of the store push the rules anew, until it is)");
            }
            String version = now.number() + ":" + now.hash();
            return version.equals(known)
                    ? Optional.empty()
                    : Optional.of(
                            new Files(version, versions.files(now.number()).orElse(Map.of())));
        } catch (StoreUnavailable e) {
            throw new IOException(e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped while asking", e);
        }
    }

    private static long number(String version) throws IOException {
        Matcher matcher = VERSION.matcher(version);
        if (!matcher.matches()) {
            throw new IOException("it is not known by which version this gateway has served: " + version
                    + " (expected: a number; without its file it takes any)");
        }
        return Long.parseLong(matcher.group(1));
    }

    @Override
    public String where() {
        return "store:" + store.location().where();
    }

    @Override
    public void close() {} // the store is not its own
}
