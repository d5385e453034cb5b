package dev.banyan.gateway.compare;

import dev.banyan.rules.JsonPath;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A place in a JSON document while it is walked: a chain up to the root, of which text is made only for what is found.
 *
 * @param key the key in an object; null for an element of an array
 * @param label how the element is told from others: its index, or {@code sku=A1}
 * @param collapsed whether {@code key} is an id, so that like differences under other ids belong together
 */
record JsonPlace(@Nullable JsonPlace parent, @Nullable String key, String label, boolean collapsed) {

    static final JsonPlace ROOT = new JsonPlace(null, null, "", false);

    private static final int ID_CHARS_MIN = 16;
    private static final int KEY_CHARS_MAX = 100;

    JsonPlace field(String name, boolean collapse) {
        return new JsonPlace(this, name, "", collapse || isId(name));
    }

    JsonPlace element(String elementLabel) {
        return new JsonPlace(this, null, elementLabel, false);
    }

    /** Returns the step of a rule's path that leads here, beside the key itself. */
    boolean isAny() {
        return key == null || collapsed;
    }

    /** Whether {@link #path} leads to every element or field beside this one, and not to what other ids have in its place. */
    boolean isWide() {
        return isAny() && (key == null || !isId(key));
    }

    /** Returns the path with positions and ids left out. */
    String path() {
        return text(false);
    }

    /** Returns the path to exactly here. */
    String at() {
        return text(true);
    }

    private String text(boolean exact) {
        var chain = new ArrayDeque<JsonPlace>();
        for (JsonPlace place = this; place != null && place.parent != null; place = place.parent) {
            chain.push(place);
        }
        var text = new StringBuilder("$");
        for (JsonPlace place : chain) {
            if (place.isAny() && !exact) {
                text.append("[*]");
            } else if (place.key == null) {
                text.append('[').append(place.label).append(']');
            } else {
                text.append(new JsonPath(List.of(place.key)).toString().substring(1));
            }
        }
        return text.toString();
    }

    /** Whether a key names one of many things, and not a property. */
    static boolean isId(String key) {
        if (key.isEmpty() || key.length() > KEY_CHARS_MAX) {
            return true;
        }
        char first = key.charAt(0);
        boolean counted = first >= '0' && first <= '9';
        return counted || key.indexOf('@') > 0 || isHexadecimal(key);
    }

    private static boolean isHexadecimal(String key) {
        return key.length() >= ID_CHARS_MIN && key.chars().allMatch(c -> c == '-' || Character.digit(c, 16) >= 0);
    }
}
