package dev.banyan.gateway.live;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where rules are that are not in a folder of this machine.
 *
 * @param url {@code http} or {@code https}: one rule file on a web server
 * @param secretFile what to show there, if anything
 * @param poll how often to ask
 */
public record RulesLocation(URI url, @Nullable Path secretFile, Duration poll) {

    private static final Duration POLL_MIN = Duration.ofMillis(50);
    private static final Duration POLL_MAX = Duration.ofHours(1);
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    public RulesLocation {
        if (poll.compareTo(POLL_MIN) < 0 || poll.compareTo(POLL_MAX) > 0) {
            throw new IllegalArgumentException(
                    "--rules-poll: " + poll.toMillis() / 1000.0 + " s (expected: 0.05..3600 seconds)");
        }
        if (url.getHost() == null || url.getRawUserInfo() != null || url.getRawFragment() != null) {
            throw new IllegalArgumentException("--rules: " + withoutUser(url)
                    + " (expected: such as https://config.internal/rules.yaml, without user or fragment)");
        }
        if (secretFile != null && url.getScheme().equals("http") && !LOOPBACK.contains(url.getHost())) {
            throw new IllegalArgumentException(
                    "--rules-secret-file: would be sent in the clear (expected: an https address in --rules)");
        }
    }

    /** Whether {@code text} is the address of such rules, rather than a folder. */
    public static boolean isOne(String text) {
        var lower = text.toLowerCase(Locale.ROOT);
        return lower.startsWith("http://") || lower.startsWith("https://");
    }

    /** Reads an address; throws {@link IllegalArgumentException} with a sentence for people. */
    public static RulesLocation of(String text, @Nullable Path secretFile, Duration poll) {
        try {
            var url = new URI(text);
            return new RulesLocation(url, secretFile, poll);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("--rules: " + e.getMessage() + " (expected: a folder or a URL)", e);
        }
    }

    private static String withoutUser(URI url) {
        return url.getRawUserInfo() == null
                ? url.toString()
                : url.toString().replace(url.getRawUserInfo() + "@", "...@");
    }

    /** Opens a connection of nothing yet: the first question does that. */
    RemoteRules open() {
        return new HttpRules(url, secretFile);
    }
}
