package dev.banyan.rules.imports;

import dev.banyan.rules.Match;
import dev.banyan.rules.PathReplacement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What one match's path becomes on its way through filters that change it. */
final class PathChange {

    private static final Pattern PREFIX_REGEX =
            Pattern.compile("\\^?(/[\\w./-]*?)(/\\?|/)?\\(\\?<(\\w+)>(/\\?)?\\.\\*\\)\\$?");
    private static final Pattern PREFIX_REPLACEMENT = Pattern.compile("(/[^$\\\\{}]*)?\\$\\\\?\\{(\\w+)}");

    private PathChange() {}

    /** The replacement; null when nothing changes. Throws when a change cannot be said for this path. */
    static @Nullable PathReplacement of(Match.Path path, List<UnaryOperator<String>> changes) {
        if (changes.isEmpty()) {
            return null;
        }
        boolean prefix = path.kind() == Match.Path.Kind.PATH_PREFIX;
        if (!prefix && path.kind() != Match.Path.Kind.EXACT) {
            return fullPath(path, changes);
        }
        String before = prefix ? "/" + String.join("/", Order.elements(path)) : path.value();
        String after = before;
        boolean full = false;
        for (UnaryOperator<String> each : changes) {
            full = full || each instanceof Fixed;
            after = each.apply(after);
        }
        if (after.equals(before)) {
            return null;
        }
        if (after.indexOf('{') >= 0) {
            throw new IllegalArgumentException("what is left of the path holds a {name}");
        }
        return prefix && !full
                ? new PathReplacement.ReplacePrefixMatch(after)
                : new PathReplacement.ReplaceFullPath(after);
    }

    private static PathReplacement fullPath(Match.Path path, List<UnaryOperator<String>> changes) {
        if (changes.getLast() instanceof Fixed(var value)) {
            return new PathReplacement.ReplaceFullPath(value);
        }
        throw new IllegalArgumentException("the match " + path.value() + " is no prefix and no plain path");
    }

    /** A path whatever came before. */
    record Fixed(String path) implements UnaryOperator<String> {
        @Override
        public String apply(String before) {
            return path;
        }
    }

    /** Takes the first elements away. */
    static UnaryOperator<String> strip(int elements) {
        return path -> {
            List<String> all = new ArrayList<>(List.of(path.substring(1).split("/", -1)));
            if (path.equals("/") || all.size() < elements) {
                throw new IllegalArgumentException("the match has fewer than " + elements + " elements of its own");
            }
            return "/" + String.join("/", all.subList(elements, all.size()));
        };
    }

    /** Puts a path before it. */
    static UnaryOperator<String> prepend(String prefix) {
        if (prefix.indexOf('{') >= 0 || !prefix.startsWith("/")) {
            throw new IllegalArgumentException("a prefix that is not a plain path");
        }
        String start = prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix;
        return path -> start + path;
    }

    /** Puts one beginning in the place of another, which is what most people write an expression for. */
    static UnaryOperator<String> rewrite(String regex, String replacement) {
        Matcher from = PREFIX_REGEX.matcher(regex);
        Matcher to = PREFIX_REPLACEMENT.matcher(replacement);
        boolean known = from.matches() && to.matches() && from.group(3).equals(to.group(2));
        boolean slash = known && (from.group(2) != null || from.group(1).endsWith("/"));
        if (!known || slash != (to.group(1) != null && to.group(1).endsWith("/"))) {
            throw new IllegalArgumentException("only an expression that replaces the beginning of a path can be said,"
                    + " as in /old/?(?<rest>.*), /new/$\\{rest}");
        }
        String old = trimmed(from.group(1));
        String fresh = to.group(1) == null ? "" : trimmed(to.group(1));
        return path -> {
            if (!path.equals(old) && !path.startsWith(old + "/")) {
                throw new IllegalArgumentException("the match does not begin with " + old);
            }
            String rest = path.substring(old.length());
            String after = fresh + (slash && rest.isEmpty() ? "/" : rest);
            return after.isEmpty() ? "/" : after;
        };
    }

    private static String trimmed(String path) {
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }
}
