package dev.banyan.rules;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How callers are told apart when a route is split, so that the same caller always comes out on the same side. Routes
 * that share a cohort move the same people together.
 *
 * @param key where a caller's key is looked for; the first that is present and not empty wins
 * @param salt makes this cohort's order of callers its own
 * @param overrides tried in this order before anything else; believed only from trusted networks
 * @param assigned caller keys that have a side of their own at stage live, whatever the weight
 */
public record Cohort(
        String name, List<Key> key, String salt, List<SideOverride> overrides, Map<String, Side> assigned) {

    /** The most places that one cohort looks at. */
    public static final int KEYS_MAX = 8;

    /** The most overrides of one cohort. */
    public static final int OVERRIDES_MAX = 16;

    /** The most caller keys that have a side of their own. */
    public static final int ASSIGNED_MAX = 10_000;

    /** The bucket of a caller without a key: it moves last, at 100 %. */
    public static final int LAST_BUCKET = 9_999;

    public Cohort {
        Names.require("cohort", name);
        key = List.copyOf(key);
        if (key.isEmpty() || key.size() > KEYS_MAX) {
            throw new IllegalArgumentException("key: " + key.size() + " entries (expected: 1.." + KEYS_MAX + ")");
        }
        for (Key each : key.subList(0, key.size() - 1)) {
            if (each instanceof Key.GenerateCookie) {
                throw new IllegalArgumentException("key: " + each + " (expected: generateCookie comes last)");
            }
        }
        if (salt.isEmpty()) {
            throw new IllegalArgumentException("salt: empty (expected: any text)");
        }
        overrides = List.copyOf(overrides);
        if (overrides.size() > OVERRIDES_MAX) {
            throw new IllegalArgumentException(
                    "overrides: " + overrides.size() + " (expected: at most " + OVERRIDES_MAX + ")");
        }
        if (assigned.size() > ASSIGNED_MAX) {
            throw new IllegalArgumentException(
                    "assign: " + assigned.size() + " keys (expected: at most " + ASSIGNED_MAX + ")");
        }
        assigned = Collections.unmodifiableMap(new TreeMap<>(assigned));
    }

    /** A cohort that goes by the bucket alone. */
    public Cohort(String name, List<Key> key, String salt) {
        this(name, key, salt, List.of(), Map.of());
    }

    /** A caller's place among 10,000, the same on every machine: {@code murmur3_32(utf8(salt + ":" + key)) mod 10000}. */
    public int bucket(String callerKey) {
        return CohortHash.bucket(salt, callerKey);
    }

    /** A caller's place among 10,000 for mirroring: another order, so that it is not always the first movers' turn. */
    int mirrorBucket(String callerKey) {
        return CohortHash.bucket(salt + ":mirror", callerKey);
    }

    /** A place where a caller's key may stand. */
    public sealed interface Key {

        /** The name of the header or cookie. */
        String name();

        /** A request header. */
        record Header(String name) implements Key {}

        /** A cookie the application itself sets. Not a session cookie: logging in changes those. */
        record Cookie(String name) implements Key {}

        /** A cookie of our own, given to browsers that have none yet. */
        record GenerateCookie(String name) implements Key {}
    }

    /**
     * A header or cookie by which somebody whom we trust chooses a side.
     *
     * @param where a header or a cookie, never one of our own making
     * @param value the text it must have
     */
    public record SideOverride(Key where, String value, Side to) {
        public SideOverride {
            if (where instanceof Key.GenerateCookie) {
                throw new IllegalArgumentException("override: " + where + " (expected: a header or a cookie)");
            }
        }
    }
}
