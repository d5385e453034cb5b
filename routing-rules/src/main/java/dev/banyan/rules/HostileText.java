package dev.banyan.rules;

import com.google.re2j.Pattern;
import org.jspecify.annotations.Nullable;

/** Text that some library behind us could take for more than text. No field of the rules needs any of it. */
final class HostileText {

    private static final Pattern RESOURCE =
            Pattern.compile("(?is)\\s*(classpath\\*?|file|jar|jrt|nested|vfs|netdoc|jndi|ldaps?|rmi|iiop|corbaname|"
                    + "javascript|vbscript):.*");
    private static final Pattern CLASS = Pattern.compile("(?s)\\s*(T\\s*\\(\\s*|new\\s+|!!)?"
            + "(java|javax|jakarta|jdk|sun|com\\.sun|org\\.springframework)(\\.\\w+)*\\.[A-Z]\\w*.*");

    private HostileText() {}

    /** What {@code text} could be taken for; null when it is only text. */
    static @Nullable String in(String text) {
        if (text.contains("#{") || text.contains("${")) {
            return "an expression, #{ or ${";
        }
        if (text.indexOf(':') > 0 && RESOURCE.matches(text)) {
            return "the address of a resource";
        }
        return text.indexOf('.') > 0 && CLASS.matches(text) ? "the name of a class" : null;
    }
}
