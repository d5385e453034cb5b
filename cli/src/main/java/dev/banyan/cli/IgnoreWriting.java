package dev.banyan.cli;

import dev.banyan.cli.rules.RouteFile;
import dev.banyan.cli.toolkit.CommandFailed;
import dev.banyan.rules.format.IgnoreRules;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** The options of {@code diff} that put ignore rules into the rules folder, and which rules they choose. */
final class IgnoreWriting {

    private static final int SHOWN_MAX = 10;

    @Option(
            names = "--write",
            required = true,
            description = "Put ignore rules for what is noise, or for the places of --only, into the rules folder.")
    private boolean write;

    @Option(
            names = "--reason",
            required = true,
            paramLabel = "TEXT",
            description = "Why these places may differ; kept in the file.")
    @SuppressWarnings("NullAway.Init") // it is required
    private String reason;

    @Option(
            names = "--only",
            paramLabel = "PLACE",
            description = "A place as `diff` prints it below \"to ignore it\", noise or not. Repeatable.")
    private List<String> only = List.of();

    @Option(names = "--expires", paramLabel = "DAY", description = "The first day on which the rules no longer hold.")
    private @Nullable LocalDate expires;

    @Option(
            names = "--rules",
            paramLabel = "DIR",
            description = "The folder of rules; when not said, the one that the gateway reads.")
    private @Nullable Path rules;

    /** Whether a reason was given that says anything. */
    boolean hasReason() {
        return write && !reason.isBlank();
    }

    /** The folder to write to; {@code inForce} is what the gateway says of its rules. */
    Path folder(JsonNode inForce) {
        if (rules != null) {
            return rules;
        }
        String source = inForce.path("source").asString("null");
        if (!Files.isDirectory(Path.of(source))) {
            throw new CommandFailed("--rules: none, and the gateway's rules are no folder here but " + source
                    + " (expected: --rules DIR, the folder they come from)");
        }
        return Path.of(source);
    }

    /** The rules to write, of those that the gateway proposes. */
    List<IgnoreRules.Rule> chosen(JsonNode diff, RouteFile file) {
        List<IgnoreRules.Rule> chosen = new ArrayList<>();
        if (only.isEmpty()) {
            diff.path("proposals").forEach(each -> chosen.add(rule(each)));
            return chosen;
        }
        for (String place : only) {
            var there = file.ignored(place);
            if (there.isEmpty()) {
                chosen.add(rule(proposed(diff.path("ignorable"), place)));
                continue;
            }
            LocalDate until = there.get().expires();
            if (until != null && !LocalDate.now(ZoneOffset.UTC).isBefore(until)) {
                throw new CommandFailed("%s: %s is ignored there, but only until %s (would do: another day there)"
                        .formatted(file.file(), place, until));
            }
        }
        return chosen;
    }

    private static JsonNode proposed(JsonNode ignorable, String place) {
        List<String> places = new ArrayList<>();
        for (JsonNode each : ignorable) {
            if (each.path("place").asString("").equals(place)) {
                return each;
            }
            places.add(each.path("place").asString(""));
        }
        String more = places.size() > SHOWN_MAX ? " and " + (places.size() - SHOWN_MAX) + " more" : "";
        throw new CommandFailed("--only: " + place + " (expected: a place that differs in its value: "
                + (places.isEmpty()
                        ? "there is none so far"
                        : String.join(", ", places.subList(0, Math.min(SHOWN_MAX, places.size()))) + more)
                + ")");
    }

    private IgnoreRules.Rule rule(JsonNode proposal) {
        return new IgnoreRules.Rule(
                proposal.path("section").asString(""),
                proposal.path("key").asString(""),
                proposal.path("place").asString(""),
                reason.strip(),
                expires);
    }
}
