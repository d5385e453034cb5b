package dev.banyan.gateway.compare;

import dev.banyan.gateway.compare.Difference.Kind;
import dev.banyan.gateway.compare.Difference.Part;
import dev.banyan.gateway.compare.RouteEvidence.IgnoreRule;
import dev.banyan.rules.Compare;
import dev.banyan.rules.JsonPath;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The rule that would ignore a difference, as text to put into a rules file. Nothing is ever ignored because it was
 * proposed: people decide, and say why.
 *
 * @param section where under {@code compare} it belongs: {@code json}, {@code html} or {@code xml}
 * @param key what names the place there: {@code path} or {@code selector}
 */
public record IgnoreProposal(String section, String key, String place) {

    /** What stands for the reason until somebody gives one. */
    public static final String REASON_MISSING = "TODO";

    /** Ignore rules that did nothing in so many comparisons are reported. */
    public static final long IDLE_MIN = 1_000;

    private static final Map<Part, IgnoreProposal> BY_PART = new EnumMap<>(Map.of(
            Part.JSON, new IgnoreProposal("json", "path", ""),
            Part.HTML, new IgnoreProposal("html", "selector", ""),
            Part.XML, new IgnoreProposal("xml", "path", "")));
    private static final Set<Kind> MORE_THAN_VALUES = Set.of(Kind.STATUS, Kind.TYPE, Kind.REMOVED);

    /*
     * What holds a page together: a rule for a word in it would pass over all the rest of it too. So would one for what only a class or an id
     * tells from that: a page has many a div.
     */
    private static final Pattern CONTAINER = Pattern.compile(
            "(?:.* > )?(?:(?:html|head|body|main|section|article|header|footer"
                    + "|nav|aside|form|fieldset|table|thead|tbody|tfoot|tr|ul|ol|dl)(?:[.#][^ ]*)?|div|td|th|li|dt|dd)");

    /**
     * Returns the rule for a group of differences in a value. There is none for anything else, nor for a whole reply: a rule
     * covers all that lies below its place, so that one for an element would hide every element.
     */
    public static java.util.Optional<IgnoreProposal> of(RouteEvidence.Group group) {
        return of(group.key(), group.wide());
    }

    static java.util.Optional<IgnoreProposal> of(Difference.Key key, boolean wide) {
        IgnoreProposal form = BY_PART.get(key.part());
        if (form == null || key.kind() != Kind.VALUE) {
            return java.util.Optional.empty();
        }
        String place = key.path();
        boolean all = place.equals("$") || (key.part() == Part.XML && place.lastIndexOf('/') == 0);
        boolean tooMuch = all
                || wide
                || (key.part() == Part.HTML
                        && (place.endsWith("]") || CONTAINER.matcher(place).matches()));
        if (tooMuch || (key.part() == Part.JSON && !JsonPath.isPath(place))) {
            return java.util.Optional.empty();
        }
        return java.util.Optional.of(new IgnoreProposal(form.section, form.key, place));
    }

    /** Returns the rules for what the baseline itself does not answer alike. */
    public static List<IgnoreProposal> forNoise(RouteEvidence evidence) {
        return evidence.groups().stream()
                .filter(group -> group.noise() == Noise.NOISY)
                .flatMap(group -> of(group).stream())
                .distinct()
                .toList();
    }

    /** Returns the rules for all differences that have one, noise or not. */
    public static List<IgnoreProposal> all(RouteEvidence evidence) {
        return evidence.groups().stream()
                .flatMap(group -> of(group).stream())
                .distinct()
                .toList();
    }

    /** Returns proposals as one {@code compare} of a route. */
    public static String yaml(List<IgnoreProposal> proposals, String reason) {
        Map<String, List<String>> bySection = new LinkedHashMap<>();
        for (IgnoreProposal each : proposals) {
            bySection
                    .computeIfAbsent(each.section, _ -> new ArrayList<>())
                    .add("      - {%s: %s, reason: %s}%n".formatted(each.key, quoted(each.place), quoted(reason)));
        }
        var yaml = new StringBuilder("compare:\n");
        bySection.forEach((section, entries) ->
                yaml.append("  ").append(section).append(":\n    ignore:\n").append(String.join("", entries)));
        return yaml.toString();
    }

    /* Double-quoted YAML takes the escapes of JSON. */
    private static String quoted(String text) {
        var quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ' || c == 0x7f || c == 0x85 || c == 0x2028 || c == 0x2029) {
                quoted.append("\\u%04x".formatted((int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }

    /**
     * Returns what is wrong with the ignore rules of a route, in words: those that hid nothing in
     * {@value #IDLE_MIN} comparisons, those that hide more than values, and those that cover more than what differs.
     */
    public static List<String> complaints(Compare compare, RouteEvidence evidence) {
        var complaints = new ArrayList<String>();
        Map<String, IgnoreRule> used = new LinkedHashMap<>();
        evidence.ignoreRules().forEach(each -> used.put(each.rule(), each));
        for (List<Compare.Ignored> rules :
                List.of(compare.json().ignore(), compare.html().ignore(), compare.xmlIgnore(), compare.textIgnore())) {
            for (Compare.Ignored rule : rules) {
                complain(rule.place(), used.get(rule.place()), evidence.compared(), complaints);
            }
        }
        return complaints;
    }

    private static void complain(
            String place, @org.jspecify.annotations.Nullable IgnoreRule use, long compared, List<String> complaints) {
        if (use == null || use.hid() == 0) {
            if (compared >= IDLE_MIN) {
                complaints.add(
                        "ignore %s: hid nothing in %d comparisons (would do: remove it)".formatted(place, compared));
            }
            return;
        }
        use.differing().forEach((path, kind) -> {
            if (MORE_THAN_VALUES.contains(kind)) {
                complaints.add("ignore %s: hides more than values, at %s: %s (would do: mend the candidate)"
                        .formatted(place, path, kind.name().toLowerCase(java.util.Locale.ROOT)));
            }
        });
        if (use.comparisons() >= Noise.CONTROLS_MIN && !use.neverDiffering().isEmpty()) {
            complaints.add("ignore %s: too broad, nothing ever differed at %s (would do: name only %s)"
                    .formatted(
                            place,
                            first(use.neverDiffering()),
                            first(use.differing().keySet().stream().sorted().toList())));
        }
    }

    private static String first(List<String> paths) {
        String few = String.join(", ", paths.subList(0, Math.min(3, paths.size())));
        return paths.size() <= 3 ? few : few + " and " + (paths.size() - 3) + " more";
    }
}
