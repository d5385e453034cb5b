package dev.banyan.rules;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Makes how a route is mirrored, judged and moved of what files declare. */
final class ShiftReader {

    private final List<Problem> problems;

    ShiftReader(List<Problem> problems) {
        this.problems = problems;
    }

    /** The mirror; null when there is none. */
    @Nullable
    Mirror mirror(Declared at) {
        if (!(at.fields().get("mirror") instanceof Yaml.Fields given)) {
            return null;
        }
        if (at.fields().get("redirect") != null && !at.says("mirror")) {
            return null; // meant for the routes that can have one
        }
        if (at.fields().get("redirect") != null) {
            at.add(
                    problems,
                    ProblemKind.CONTRADICTION,
                    "mirror",
                    "mirror beside redirect",
                    "one of both: nothing is answered twice");
        }
        Mirror.Writes writes =
                switch (given.text("writes")) {
                    case "sandboxed" -> Mirror.Writes.SANDBOXED;
                    case "idempotent" -> Mirror.Writes.IDEMPOTENT;
                    case null, default -> Mirror.Writes.FORBID;
                };
        int before = problems.size();
        List<String> methods = methods(at, given, writes);
        Duration timeout = limited(at, given, "mirror", "timeout", Mirror.TIMEOUT_UNSET, Mirror.TIMEOUT_MAX);
        int bytes = bytes(at, given);
        int percent = given.number("percent", -1);
        int inFlight = given.number("maxInFlight", Mirror.IN_FLIGHT_UNSET);
        boolean bounded = percent >= 0 && percent <= 100 && inFlight >= 1 && inFlight <= Mirror.IN_FLIGHT_MAX;
        return bounded && problems.size() == before
                ? new Mirror(percent, methods, writes, bytes, timeout, inFlight, given.isTrue("reverse"))
                : null;
    }

    private List<String> methods(Declared at, Yaml.Fields given, Mirror.Writes writes) {
        List<String> methods = new ArrayList<>();
        for (Yaml each : given.list("methods")) {
            String method = each instanceof Yaml.Scalar text ? text.text() : "";
            if (writes == Mirror.Writes.FORBID && !method.isEmpty() && !Mirror.READS.contains(method)) {
                at.add(
                        problems,
                        "mirror.methods",
                        each.place(),
                        method + ", which may change something",
                        "GET and HEAD, or writes: sandboxed or idempotent");
            }
            methods.add(method);
        }
        return methods.isEmpty() ? Mirror.READS : methods;
    }

    private int bytes(Declared at, Yaml.Fields given) {
        String text = given.text("maxBodySize");
        if (text == null || !Quantities.isSize(text)) {
            return Mirror.BODY_BYTES_UNSET;
        }
        long bytes = Quantities.bytes(text);
        if (bytes < 1 || bytes > Mirror.BODY_BYTES_MAX) {
            at.add(problems, "mirror.maxBodySize", given.placeOf("maxBodySize"), "\"" + text + "\"", "1KiB to 1MiB");
            return Mirror.BODY_BYTES_UNSET;
        }
        return (int) bytes;
    }

    /** The analysis; null when there is none. */
    @Nullable
    Analysis analysis(Declared at) {
        if (!(at.fields().get("analysis") instanceof Yaml.Fields given)) {
            return null;
        }
        int before = problems.size();
        Duration most = Step.PAUSE_MAX;
        Duration minDuration = limited(at, given, "analysis", "minDuration", Analysis.MIN_DURATION_UNSET, most);
        int confidence = Quantities.basisPoints(given, "confidence", Analysis.CONFIDENCE_UNSET);
        if (confidence < Analysis.CONFIDENCE_MIN || confidence > Analysis.CONFIDENCE_MAX) {
            Yaml.Place place = given.placeOf("confidence");
            at.add(problems, "analysis.confidence", place, "\"" + given.text("confidence") + "\"", "80% to 99.99%");
        }
        List<Gate> gates = new GateReader(problems).read(at, given);
        Analysis.Tripwires tripwires = tripwires(at, given);
        Analysis.OnFail onFail = onFail(at, given);
        Analysis.OnInconclusive onInconclusive = onInconclusive(at, given);
        int minRequests = given.number("minRequests", 0);
        boolean whole = gates.size() == given.list("gates").size() && !gates.isEmpty();
        boolean bounded =
                minRequests >= 1 && minRequests <= Analysis.MIN_REQUESTS_MAX && gates.size() <= Analysis.GATES_MAX;
        return whole && bounded && problems.size() == before
                ? new Analysis(minRequests, minDuration, confidence, gates, tripwires, onFail, onInconclusive)
                : null;
    }

    private Analysis.Tripwires tripwires(Declared at, Yaml.Fields analysis) {
        var unset = Analysis.Tripwires.UNSET;
        if (!(analysis.get("tripwires") instanceof Yaml.Fields given)) {
            return unset;
        }
        int inARow = given.number("consecutiveErrors", unset.consecutiveErrors());
        Yaml.Fields burst = given.get("errorBurst") instanceof Yaml.Fields fields ? fields : null;
        if (burst == null) {
            return new Analysis.Tripwires(inARow, unset.burstRate(), unset.burstRequests(), unset.burstWithin());
        }
        Duration within = limited(
                at, burst, "analysis.tripwires.errorBurst", "within", unset.burstWithin(), Duration.ofMinutes(10));
        int rate = Quantities.basisPoints(burst, "rate", unset.burstRate());
        if (rate == 0) {
            at.add(problems, "analysis.tripwires.errorBurst.rate", burst.placeOf("rate"), "0%", "above 0%");
        }
        return new Analysis.Tripwires(inARow, rate, burst.number("minRequests", unset.burstRequests()), within);
    }

    private Analysis.OnFail onFail(Declared at, Yaml.Fields analysis) {
        var unset = Analysis.OnFail.UNSET;
        if (!(analysis.get("onFail") instanceof Yaml.Fields given)) {
            return unset;
        }
        Analysis.OnFail.To to =
                switch (given.text("to")) {
                    case "previousStep" -> Analysis.OnFail.To.PREVIOUS_STEP;
                    case "hold" -> Analysis.OnFail.To.HOLD;
                    case null, default -> Analysis.OnFail.To.BASELINE;
                };
        Duration cooldown = limited(at, given, "analysis.onFail", "cooldown", unset.cooldown(), Step.PAUSE_MAX);
        return new Analysis.OnFail(to, cooldown, given.number("maxAutoRetries", unset.autoRetriesMax()));
    }

    private Analysis.OnInconclusive onInconclusive(Declared at, Yaml.Fields analysis) {
        var unset = Analysis.OnInconclusive.UNSET;
        if (!(analysis.get("onInconclusive") instanceof Yaml.Fields given)) {
            return unset;
        }
        Duration hold = limited(at, given, "analysis.onInconclusive", "hold", unset.hold(), Step.PAUSE_MAX);
        boolean fails = Objects.equals(given.text("then"), "fail");
        return new Analysis.OnInconclusive(
                hold, fails ? Analysis.OnInconclusive.Then.FAIL : Analysis.OnInconclusive.Then.PAUSE);
    }

    /** The steps in their order. */
    List<Step> steps(Declared at) {
        List<Step> steps = new ArrayList<>();
        for (Yaml each : at.fields().list("steps")) {
            Step step = each instanceof Yaml.Fields given ? step(at, given) : null;
            if (step == null) {
                continue;
            }
            Step last = steps.isEmpty() ? null : steps.getLast();
            if (last != null && !isFurther(last, step)) {
                at.add(
                        problems,
                        "steps",
                        each.place(),
                        "a step that is not further than the one before",
                        "shadow, then rising weights, then complete");
            }
            steps.add(step);
        }
        return steps;
    }

    private static boolean isFurther(Step last, Step next) {
        return next.stage().compareTo(last.stage()) > 0
                || (next.stage() == Stage.LIVE && last.stage() == Stage.LIVE && next.weight() > last.weight());
    }

    private @Nullable Step step(Declared at, Yaml.Fields given) {
        boolean hasStage = given.get("stage") != null;
        boolean hasWeight = given.get("setWeight") != null;
        if (hasStage == hasWeight) {
            String found = hasStage ? "stage and setWeight" : "neither stage nor setWeight";
            at.add(problems, ProblemKind.CONTRADICTION, "steps", given.place(), found, "one of both");
            return null;
        }
        int weight = Quantities.basisPoints(given, "setWeight", 0);
        if (hasWeight && weight == 0 && given.text("setWeight") != null) {
            at.add(problems, "steps.setWeight", given.placeOf("setWeight"), "0%", "above 0%");
        }
        if (given.get("pause") != null && given.get("bake") != null) {
            at.add(
                    problems,
                    ProblemKind.CONTRADICTION,
                    "steps.bake",
                    given.placeOf("bake"),
                    "pause and bake",
                    "one of both");
        }
        if (given.get("bake") != null && weight != Route.EVERYONE) {
            at.add(
                    problems,
                    ProblemKind.CONTRADICTION,
                    "steps.bake",
                    given.placeOf("bake"),
                    "bake before 100%",
                    "pause");
        }
        String wait = given.get("bake") == null ? "pause" : "bake";
        Duration pause = limited(at, given, "steps", wait, Duration.ZERO, Step.PAUSE_MAX);
        boolean approval = given.isTrue("approval");
        if (hasWeight) {
            return new Step(Stage.LIVE, weight, pause, approval);
        }
        return switch (given.text("stage")) {
            case "shadow" -> new Step(Stage.SHADOW, 0, pause, approval);
            case "complete" -> new Step(Stage.COMPLETE, Route.EVERYONE, pause, approval);
            case null, default -> null;
        };
    }

    private Duration limited(Declared at, Yaml.Fields in, String section, String key, Duration unset, Duration most) {
        String text = in.text(key);
        if (text == null || !Quantities.isSpan(text)) {
            return unset;
        }
        Duration value = Quantities.duration(text);
        if (value.isPositive() && value.compareTo(most) <= 0) {
            return value;
        }
        String expected = "above 0, up to " + Quantities.shown(most);
        at.add(problems, section + "." + key, in.placeOf(key), "\"" + text + "\"", expected);
        return unset;
    }
}
