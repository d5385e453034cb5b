package dev.banyan.gateway.compare;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import dev.banyan.gateway.compare.Difference.Kind;
import dev.banyan.gateway.compare.Difference.Part;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Compares text line by line, without what white space ends a line, and what the rules pass over in it. */
final class Lines {

    private static final String PATH = "line";

    private final Map<String, Integer> classes = new HashMap<>();
    private final Map<String, Pattern> ignored;
    private final UnaryOperator<String> shown;
    private final Found found;

    /**
     * @param ignored what to pass over, by the rule that says so
     * @param shown how a line may be shown
     */
    Lines(Map<String, Pattern> ignored, UnaryOperator<String> shown, Found found) {
        this.ignored = ignored;
        this.shown = shown;
        this.found = found;
    }

    void compare(String baseline, String candidate) {
        List<String> left = lines(baseline);
        List<String> right = lines(candidate);
        for (Map.Entry<String, Pattern> rule : ignored.entrySet()) {
            use(rule.getKey(), takeOut(rule.getValue(), left), takeOut(rule.getValue(), right));
        }
        Align aligned = Align.inOrder(classes(left), classes(right), (_, _) -> 1);
        boolean same = true;
        for (Align.Pair pair : aligned.pairs()) {
            if (!pair.equal()) {
                same = false;
                add(left, pair.baseline(), right, pair.candidate());
            }
        }
        if (!aligned.ordered()) {
            found.note("text with changes across more than " + Align.IN_ORDER_MAX
                    + " lines is paired whatever their order");
            if (same && !left.equals(right)) {
                found.add(Part.TEXT, Kind.ORDER, PATH, null, null);
            }
        }
    }

    private void add(List<String> left, int i, List<String> right, int j) {
        Kind kind = i < 0 ? Kind.ITEM_ADDED : j < 0 ? Kind.ITEM_REMOVED : Kind.VALUE;
        found.add(
                Part.TEXT,
                kind,
                PATH,
                true,
                () -> PATH + " " + ((i < 0 ? j : i) + 1),
                () -> i < 0 ? null : shown.apply(left.get(i)),
                () -> j < 0 ? null : shown.apply(right.get(j)));
    }

    private void use(String rule, List<String> left, List<String> right) {
        if (!left.equals(right)) {
            found.hidden(rule, PATH, Kind.VALUE);
        } else if (!left.isEmpty()) {
            found.covered(rule, PATH);
        }
    }

    private static List<String> takeOut(Pattern pattern, List<String> lines) {
        var taken = new ArrayList<String>();
        lines.replaceAll(line -> {
            Matcher matcher = pattern.matcher(line);
            if (!matcher.find()) {
                return line;
            }
            do {
                taken.add(matcher.group());
            } while (matcher.find());
            return matcher.reset().replaceAll("");
        });
        return taken;
    }

    private static List<String> lines(String text) {
        return new ArrayList<>(text.lines().map(String::stripTrailing).toList());
    }

    private int[] classes(List<String> lines) {
        return lines.stream()
                .mapToInt(line -> {
                    Integer known = classes.putIfAbsent(line, classes.size());
                    return known == null ? classes.size() - 1 : known;
                })
                .toArray();
    }
}
