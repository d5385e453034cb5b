package dev.banyan.gateway.live;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.banyan.gateway.store.ControlStore;
import dev.banyan.gateway.store.StoreLocation;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Where rules are that are not in a folder of this machine. */
public sealed interface RulesLocation {

    /** What {@code --rules} says for the control store. */
    String STORE = "store:";

    /** How {@code --rules} begins for a bucket. */
    String S3 = "s3://";

    /** One rule file on a web server; {@code secretFile} has what to show there, if anything. */
    record Web(URI url, @Nullable Path secretFile, Duration poll) implements RulesLocation {

        private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");
        private static final int DIGITS = 8;

        public Web {
            checkPoll(poll);
            if (url.getHost() == null || url.getRawUserInfo() != null || url.getRawFragment() != null) {
                throw new IllegalArgumentException("--rules: " + withoutQuery(withoutUser(url))
                        + " (expected: such as https://config.internal/rules.yaml, without user or fragment)");
            }
            if (secretFile != null && url.getScheme().equalsIgnoreCase("http") && !LOOPBACK.contains(url.getHost())) {
                throw new IllegalArgumentException(
                        "--rules-secret-file: would be sent in the clear (expected: an https address in --rules)");
            }
        }

        /** The address for people, and to tell it from others: a query may be a secret, so a few digits of its hash stand for it. */
        String where() {
            String query = url.getRawQuery();
            return query == null
                    ? url.toString()
                    : withoutQuery(url.toString())
                            + sha256(query.getBytes(UTF_8)).substring(0, DIGITS);
        }

        /** An address that ends where its query would begin. */
        static String withoutQuery(String address) {
            int query = address.indexOf('?');
            return query < 0 ? address : address.substring(0, query) + "?...";
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

        private static final Pattern ADDRESS =
                Pattern.compile("(?i:s3)://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?");

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
                || lower.startsWith(S3)
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
        if (text.regionMatches(true, 0, S3, 0, S3.length())) {
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
            // Without the address, whose query may be a secret, and so without its cause.
            throw new IllegalArgumentException(
                    "--rules: " + e.getReason() + " at character " + e.getIndex() + " (expected: a folder or a URL)");
        }
    }

    /** Opens a connection of nothing yet: the first question does that. */
    default RemoteRules open(ControlStore store) {
        return switch (this) {
            case Web web -> new HttpRules(web);
            case Store _ -> new StoreRules(store);
            case Bucket bucket -> new S3Rules(bucket);
        };
    }

    /** In 64 hex digits. */
    static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }

    private static void checkPoll(Duration poll) {
        if (poll.compareTo(Duration.ofMillis(50)) < 0 || poll.compareTo(Duration.ofHours(1)) > 0) {
            throw new IllegalArgumentException(
                    "--rules-poll: " + poll.toMillis() / 1000.0 + " s (expected: 0.05..3600 seconds)");
        }
    }
}
