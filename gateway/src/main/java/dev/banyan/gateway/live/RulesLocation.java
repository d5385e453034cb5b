package dev.banyan.gateway.live;

import dev.banyan.gateway.store.ControlStore;
import dev.banyan.gateway.store.StoreLocation;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Where rules are that are not in a folder of this machine. */
public sealed interface RulesLocation {

    /** What {@code --rules} says for the control store. */
    String STORE = "store:";

    /** One rule file on a web server; {@code secretFile} has what to show there, if anything. */
    record Web(URI url, @Nullable Path secretFile, Duration poll) implements RulesLocation {

        private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

        public Web {
            checkPoll(poll);
            if (url.getHost() == null || url.getRawUserInfo() != null || url.getRawFragment() != null) {
                throw new IllegalArgumentException("--rules: " + withoutUser(url)
                        + " (expected: such as https://config.internal/rules.yaml, without user or fragment)");
            }
            if (secretFile != null && url.getScheme().equals("http") && !LOOPBACK.contains(url.getHost())) {
                throw new IllegalArgumentException(
                        "--rules-secret-file: would be sent in the clear (expected: an https address in --rules)");
            }
        }

        private static String withoutUser(URI url) {
            return url.getRawUserInfo() == null
                    ? url.toString()
                    : url.toString().replace(url.getRawUserInfo() + "@", "...@");
        }
    }

    /** The last version in the control store. */
    record Store(StoreLocation at, Duration poll) implements RulesLocation {
        public Store {
            checkPoll(poll);
        }
    }

    /** All objects {@code *.yaml} directly under a prefix of an S3 bucket; the prefix is empty or ends with a slash. */
    record Bucket(String name, String prefix, Duration poll) implements RulesLocation {

        private static final Pattern ADDRESS = Pattern.compile("s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?");

        public Bucket {
            checkPoll(poll);
        }

        static Bucket of(String text, Duration poll) {
            var address = ADDRESS.matcher(text);
            if (!address.matches()) {
                throw new IllegalArgumentException("--rules: " + text + " (expected: s3://BUCKET/PREFIX)");
            }
            String prefix = address.group(2) == null ? "" : address.group(2).replaceFirst("/+$", "");
            return new Bucket(address.group(1), prefix.isEmpty() ? "" : prefix + "/", poll);
        }

        String where() {
            return "s3://" + name + "/" + prefix;
        }
    }

    /** How often to ask. */
    Duration poll();

    /** Whether {@code text} is the address of such rules, rather than a folder. */
    static boolean isOne(String text) {
        var lower = text.toLowerCase(Locale.ROOT);
        return lower.equals(STORE)
                || lower.startsWith("s3://")
                || lower.startsWith("http://")
                || lower.startsWith("https://");
    }

    /** Reads an address; throws {@link IllegalArgumentException} with a sentence for people. */
    static RulesLocation of(String text, @Nullable Path secretFile, Duration poll, StoreLocation store) {
        if (text.equalsIgnoreCase(STORE)) {
            if (secretFile != null) {
                throw new IllegalArgumentException(
                        "--rules-secret-file: is not for the control store (expected:" + " --store-password-file)");
            }
            return new Store(store, poll);
        }
        if (text.startsWith("s3://")) {
            if (secretFile != null) {
                throw new IllegalArgumentException(
                        "--rules-secret-file: is not for S3 (expected: credentials where every"
                                + " AWS tool finds them)");
            }
            return Bucket.of(text, poll);
        }
        try {
            return new Web(new URI(text), secretFile, poll);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("--rules: " + e.getMessage() + " (expected: a folder or a URL)", e);
        }
    }

    /** Opens a connection of nothing yet: the first question does that. */
    default RemoteRules open(ControlStore store) {
        return switch (this) {
            case Web web -> new HttpRules(web.url(), web.secretFile());
            case Store _ -> new StoreRules(store);
            case Bucket bucket -> new S3Rules(bucket);
        };
    }

    private static void checkPoll(Duration poll) {
        if (poll.compareTo(Duration.ofMillis(50)) < 0 || poll.compareTo(Duration.ofHours(1)) > 0) {
            throw new IllegalArgumentException(
                    "--rules-poll: " + poll.toMillis() / 1000.0 + " s (expected: 0.05..3600 seconds)");
        }
    }
}
