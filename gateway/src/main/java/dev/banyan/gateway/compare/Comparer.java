package dev.banyan.gateway.compare;

import dev.banyan.gateway.compare.Comparison.NotComparable;
import dev.banyan.gateway.compare.Comparison.Reason;
import dev.banyan.gateway.compare.Difference.Kind;
import dev.banyan.gateway.compare.Difference.Part;
import dev.banyan.rules.Compare;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Compares two replies by the rules of one route. Safe for any number of threads; takes time in proportion to the bodies,
 * so it belongs on no event loop.
 */
public final class Comparer {

    private record Day(LocalDate today, Bodies bodies) {}

    /** One route's rules, made ready once for all names that callers ask it by. */
    private static final class Rules {
        private final Compare compare;
        private final Redaction redaction;
        private volatile Day day;

        Rules(Compare compare, LocalDate today) {
            this.compare = compare;
            this.redaction = new Redaction(compare.redact());
            this.day = new Day(today, new Bodies(compare, redaction, today));
        }

        Bodies bodies(Instant now) {
            LocalDate today = LocalDate.ofInstant(now, ZoneOffset.UTC);
            Day known = day;
            if (!known.today.equals(today)) {
                known = new Day(today, new Bodies(compare, redaction, today));
                day = known;
            }
            return known.bodies;
        }
    }

    private final Rules rules;
    private final Compare compare;
    private final Redaction redaction;
    private final Origins origins;
    private final HtmlTree tree;

    /**
     * @param today decides which ignore rules have expired, until another day is seen
     * @throws IllegalArgumentException if a selector or a path of the rules cannot be read
     */
    public Comparer(Compare compare, Origins origins, LocalDate today) {
        this(new Rules(compare, today), origins);
    }

    private Comparer(Rules rules, Origins origins) {
        this.rules = rules;
        this.compare = rules.compare;
        this.redaction = rules.redaction;
        this.origins = origins;
        this.tree = new HtmlTree(origins, compare.html().ignoreAttributes());
    }

    /** Returns one by the same rules, for replies of other origins; costs next to nothing. */
    public Comparer with(Origins others) {
        return new Comparer(rules, others);
    }

    /** Returns how two replies to one request differ. Whatever the replies are, this returns. */
    public Comparison compare(Reply baseline, Reply candidate, Instant now) {
        try {
            return compare(baseline, candidate, rules.bodies(now), now);
        } catch (RuntimeException | StackOverflowError e) {
            // Replies are other people's bytes, and this must not be how they stop the thread that compares.
            return new NotComparable(Reason.FAILED, e.getClass().getName());
        }
    }

    private Comparison compare(Reply baseline, Reply candidate, Bodies bodies, Instant now) {
        var found = new Found();
        boolean statusDiffers = compare.statusByClass()
                ? baseline.status() / 100 != candidate.status() / 100
                : baseline.status() != candidate.status();
        if (statusDiffers) {
            found.add(
                    Part.STATUS,
                    Kind.STATUS,
                    "status",
                    Integer.toString(baseline.status()),
                    Integer.toString(candidate.status()));
        }
        if (baseline.status() / 100 != candidate.status() / 100) {
            // A page and an error page differ in everything, which says no more than the status.
            return found.comparison();
        }
        new Headers(redaction, origins, found, now).compare(compare.headers(), baseline, candidate);
        NotComparable hindrance = bodies(baseline, candidate, bodies, found);
        if (hindrance == null) {
            return found.comparison();
        }
        found.note("bodies not compared: " + hindrance.detail());
        Comparison soFar = found.comparison();
        return soFar instanceof Comparison.Differs ? soFar : hindrance;
    }

    private @Nullable NotComparable bodies(Reply baseline, Reply candidate, Bodies bodies, Found found) {
        if (Reply.haveSameBytes(baseline, candidate)) {
            return null;
        }
        Body left = Body.of(baseline, "baseline");
        Body right = Body.of(candidate, "candidate");
        if (left instanceof Body.Undecoded(var why)) {
            return why;
        }
        if (right instanceof Body.Undecoded(var why)) {
            if (why.reason() == Reason.BROKEN) {
                found.add(Part.BODY, Kind.TYPE, "body", "readable", why.detail());
                return null;
            }
            return why;
        }
        return bodies.compare((Body.Decoded) left, (Body.Decoded) right, tree, found);
    }

    /**
     * Returns what may be kept of two replies: both side by side, without secrets.
     *
     * @param request the method and the target, as {@code GET /catalog?page=2}
     */
    public Sample sample(Instant now, String request, Reply baseline, Reply candidate) {
        Bodies bodies = rules.bodies(now);
        return new Sample(
                now,
                redaction.withoutSecrets(request, Sample.REQUEST_CHARS_MAX),
                kept(baseline, bodies),
                kept(candidate, bodies));
    }

    private Sample.Side kept(Reply reply, Bodies bodies) {
        List<String> headers = reply.headers().entrySet().stream()
                .limit(Sample.HEADERS_MAX)
                .flatMap(header -> header.getValue().stream()
                        .map(value -> header.getKey() + ": " + redaction.value(header.getKey(), value)))
                .limit(Sample.HEADERS_MAX)
                .toList();
        String body;
        try {
            body = switch (Body.of(reply, "reply")) {
                case Body.Decoded readable -> bodies.shown(readable, tree, Sample.BODY_CHARS_MAX);
                case Body.Undecoded(var why) -> "(" + why.detail() + ")";
            };
        } catch (RuntimeException | StackOverflowError e) {
            body = "(cannot be shown: " + e.getClass().getName() + ")";
        }
        return new Sample.Side(reply.status(), headers, body, reply.body().length);
    }
}
