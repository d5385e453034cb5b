package dev.banyan.rules.imports;

import dev.banyan.rules.FilterCall;
import dev.banyan.rules.Match;
import dev.banyan.rules.PathReplacement;
import dev.banyan.rules.Redirect;
import dev.banyan.rules.Stage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A route while it is being made. */
final class DraftRoute {

    final String name;
    final Place place;
    final List<String> notes = new ArrayList<>();
    final List<FilterCall> filters = new ArrayList<>();
    List<String> hostnames = List.of();
    List<Match> matches = List.of();

    /** Null while the baseline serves this route, and for a redirect. */
    @Nullable
    String candidate;

    Stage stage = Stage.COMPLETE;
    /** Whether somebody has to look at it before it may leave stage off. */
    boolean held;

    /** In basis points; counts at stage live only. */
    int weight;

    int priority;

    @Nullable
    Duration timeout;

    @Nullable
    String rewriteHostname;

    @Nullable
    PathReplacement rewritePath;

    @Nullable
    Redirect redirect;

    @Nullable
    Instant from;

    @Nullable
    Instant until;

    /** The rules cannot say which requests it takes, or where they go: it stands in the file as a comment only. */
    boolean leftOut;

    DraftRoute(String name, Place place) {
        this.name = name;
        this.place = place;
    }

    /** The same route under another name, for other matches. */
    DraftRoute copy(String otherName, List<Match> otherMatches) {
        var copy = new DraftRoute(otherName, place);
        copy.notes.addAll(notes);
        copy.filters.addAll(filters);
        copy.hostnames = hostnames;
        copy.matches = otherMatches;
        copy.candidate = candidate;
        copy.stage = stage;
        copy.weight = weight;
        copy.timeout = timeout;
        copy.rewriteHostname = rewriteHostname;
        copy.rewritePath = rewritePath;
        copy.redirect = redirect;
        copy.from = from;
        copy.until = until;
        copy.leftOut = leftOut;
        return copy;
    }

    boolean toBaseline() {
        return candidate == null && redirect == null;
    }

    /** Whether it makes no difference which of both takes a request. */
    boolean doesTheSameAs(DraftRoute other) {
        return Objects.equals(candidate, other.candidate)
                && stage == other.stage
                && weight == other.weight
                && Objects.equals(timeout, other.timeout)
                && Objects.equals(rewriteHostname, other.rewriteHostname)
                && Objects.equals(rewritePath, other.rewritePath)
                && Objects.equals(redirect, other.redirect)
                && Objects.equals(from, other.from)
                && Objects.equals(until, other.until)
                && filters.equals(other.filters);
    }
}
