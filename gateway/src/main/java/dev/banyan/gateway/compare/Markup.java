package dev.banyan.gateway.compare;

import java.util.List;
import java.util.Map;

/** What HTML and XML come down to: a tree of elements and text, with all that never matters left out. */
sealed interface Markup {

    /** Deeper trees are not walked. */
    int DEPTH_MAX = 256;

    /**
     * An element of one name, with what it holds.
     *
     * @param name as it is compared: of HTML in lower case, of XML with the namespace as {@code {uri}local}
     * @param label as paths show it: {@code li.product}
     * @param identity what tells elements of one name from each other, such as an id; may be empty
     * @param vital whether readers break when it is gone: a form, or a control with a name
     */
    record Element(
            String name,
            String label,
            String identity,
            boolean vital,
            Map<String, String> attributes,
            List<Markup> children)
            implements Markup {}

    record Text(String text) implements Markup {}

    /** Returns text with runs of white space made one blank, and none at its ends. */
    static String collapsed(String text) {
        var out = new StringBuilder(text.length());
        boolean space = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' || c == '\u00a0') {
                space = !out.isEmpty();
            } else {
                if (space) {
                    out.append(' ');
                    space = false;
                }
                out.append(c);
            }
        }
        return out.toString();
    }
}
