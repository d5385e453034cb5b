package dev.banyan.cli.rules;

import dev.banyan.rules.Route;
import dev.banyan.rules.RuleSet;
import dev.banyan.rules.RuleWords;
import dev.banyan.rules.Stage;
import dev.banyan.rules.TrafficPlan;
import dev.banyan.rules.gate.StepForecast;
import java.io.PrintWriter;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the steps of routes need before their gates can pass.
 *
 * @param requests by route; empty when nothing is known of the traffic
 * @param span in which they came
 */
record StepNeeds(List<Route> routes, int more, Map<String, TrafficPlan.Requests> requests, Duration span) {

    private static final int ROUTES_MAX = 50;
    private static final double SECONDS_AN_HOUR = 3_600;

    /** Of less than this, nothing is said about an hour. */
    private static final Duration SPAN_MIN = Duration.ofMinutes(1);

    /** The routes with steps and gates; {@code traffic} says how much they get if {@code isTimed}. */
    static StepNeeds of(RuleSet rules, TrafficPlan traffic, boolean isTimed) {
        List<Route> gated = rules.routes().stream()
                .filter(each -> !each.steps().isEmpty() && each.analysis() != null)
                .toList();
        boolean known = isTimed && traffic.span().compareTo(SPAN_MIN) >= 0;
        return new StepNeeds(
                gated.subList(0, Math.min(ROUTES_MAX, gated.size())),
                Math.max(0, gated.size() - ROUTES_MAX),
                known ? traffic.requestsByRoute() : Map.of(),
                known ? traffic.span() : Duration.ZERO);
    }

    /** Requests an hour that count at a step; null when nothing is known of the traffic. */
    private @Nullable Double perHour(Route route, StepForecast forecast) {
        if (span.isZero()) {
            return null;
        }
        var seen = requests.getOrDefault(route.name(), new TrafficPlan.Requests(0, 0));
        long count = forecast.step().stage() == Stage.SHADOW ? seen.copyable() : seen.all();
        return count * SECONDS_AN_HOUR / span.toSeconds();
    }

    void print(PrintWriter out) {
        for (Route route : routes) {
            out.println();
            out.println("steps of " + route.name() + ", if its candidate is like the baseline"
                    + (span.isZero()
                            ? " (--log with times says how long that takes):"
                            : ", at %s requests an hour of the log:".formatted(count(perHour(route)))));
            for (StepForecast forecast : StepForecast.of(route)) {
                print(route, forecast, out);
            }
        }
        if (more > 0) {
            out.println();
            out.println(Problems.count(more, "more route") + " with steps");
        }
    }

    private long perHour(Route route) {
        var seen = requests.getOrDefault(route.name(), new TrafficPlan.Requests(0, 0));
        return Math.round(seen.all() * SECONDS_AN_HOUR / span.toSeconds());
    }

    private void print(Route route, StepForecast forecast, PrintWriter out) {
        Double perHour = perHour(route, forecast);
        String time = perHour == null ? "" : ", " + told(forecast.time(perHour));
        String needs = forecast.needs().stream()
                .map(need -> need.limit() + " "
                        + (need.requests() == null ? "never" : count(need.requests()))
                        + (perHour == null ? "" : " (" + told(forecast.time(need, perHour)) + ")"))
                .collect(Collectors.joining(", "));
        out.println("    " + stepName(forecast) + time + ": " + needs + "; at least " + hours(forecast.leastTime())
                + " h in any case");
    }

    private static String stepName(StepForecast forecast) {
        return forecast.step().stage() == Stage.LIVE
                ? "live " + RuleWords.percent(forecast.step().weight())
                : "shadow";
    }

    private static String told(Optional<Duration> time) {
        return time.map(each -> hours(each) + " h").orElse("never");
    }

    private static String hours(Duration time) {
        return new DecimalFormat("#,##0.##", DecimalFormatSymbols.getInstance(Locale.ROOT))
                .format(time.toSeconds() / SECONDS_AN_HOUR);
    }

    private static String count(long number) {
        return new DecimalFormat("#,##0", DecimalFormatSymbols.getInstance(Locale.ROOT)).format(number);
    }

    /** Adds {@code steps}: for each route its steps with what each limit needs. */
    void addTo(ObjectNode json) {
        var all = json.putArray("steps");
        for (Route route : routes) {
            var one = all.addObject().put("route", route.name());
            var steps = one.putArray("steps");
            for (StepForecast forecast : StepForecast.of(route)) {
                Double perHour = perHour(route, forecast);
                var step = steps.addObject()
                        .put("step", stepName(forecast))
                        .put("leastHours", hoursOf(Optional.of(forecast.leastTime())))
                        .put("hours", perHour == null ? null : hoursOf(forecast.time(perHour)));
                var needs = step.putArray("needs");
                for (StepForecast.Need need : forecast.needs()) {
                    needs.addObject()
                            .put("limit", need.limit())
                            .put("requests", need.requests())
                            .put("hours", perHour == null ? null : hoursOf(forecast.time(need, perHour)));
                }
            }
        }
    }

    private static @Nullable Double hoursOf(Optional<Duration> time) {
        return time.map(each -> each.toSeconds() / SECONDS_AN_HOUR).orElse(null);
    }
}
