package dev.banyan.rules.gate;

import dev.banyan.rules.Analysis;
import dev.banyan.rules.Mirror;
import dev.banyan.rules.Route;
import dev.banyan.rules.Stage;
import dev.banyan.rules.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one step of a route would need to be left by its gates, if the candidate is as good as a baseline that nobody has
 * seen yet.
 *
 * @param needs of each limit, the first being {@code minRequests}
 * @param leastTime what passes in any case: {@code pause} or {@code minDuration}, whichever is longer
 * @param share of the route's requests that counts here, 0 to 1: those the candidate gets, or at stage shadow those copied
 */
public record StepForecast(Step step, List<Need> needs, Duration leastTime, double share) {

    private static final double SECONDS_AN_HOUR = 3_600;

    public StepForecast {
        needs = List.copyOf(needs);
    }

    /**
     * What one limit needs.
     *
     * @param limit its metric, as the status has it
     * @param requests of the candidate, or compared pairs at stage shadow; null when it could never be kept
     */
    public record Need(String limit, @Nullable Long requests) {}

    /** The steps of a route that gates decide about; none for a route without steps or gates. */
    public static List<StepForecast> of(Route route) {
        Analysis analysis = route.analysis();
        List<StepForecast> forecasts = new ArrayList<>();
        for (Step step : analysis == null ? List.<Step>of() : route.steps()) {
            if (analysis != null && step.stage() != Stage.COMPLETE) {
                forecasts.add(of(route.mirror(), analysis, step));
            }
        }
        return forecasts;
    }

    private static StepForecast of(@Nullable Mirror mirror, Analysis analysis, Step step) {
        int percent = mirror == null ? 0 : mirror.percent();
        boolean everyone = step.weight() >= Route.EVERYONE;
        boolean compares = percent > 0 && mirror != null && (!everyone || mirror.reverse());
        var window = new Window(step.stage(), step.weight(), compares, analysis.minDuration());
        Duration least = step.pause().compareTo(analysis.minDuration()) > 0 ? step.pause() : analysis.minDuration();
        double share = step.stage() == Stage.SHADOW ? percent / 100.0 : step.weight() / (double) Route.EVERYONE;
        return new StepForecast(step, Forecast.needs(analysis, window, Forecast.usualBaseline()), least, share);
    }

    /**
     * How long one limit takes; empty when it would never be decided.
     *
     * @param perHour requests to the whole route, at stage shadow those of the methods that are copied
     */
    public Optional<Duration> time(Need need, double perHour) {
        return need.requests == null || perHour * share <= 0
                ? Optional.empty()
                : Optional.of(
                        Duration.ofSeconds((long) Math.ceil(need.requests / (perHour * share) * SECONDS_AN_HOUR)));
    }

    /** How long the step takes at least; empty when it would never end. */
    public Optional<Duration> time(double perHour) {
        Duration longest = leastTime;
        for (Need need : needs) {
            Optional<Duration> one = time(need, perHour);
            if (one.isEmpty()) {
                return one;
            }
            longest = one.get().compareTo(longest) > 0 ? one.get() : longest;
        }
        return Optional.of(longest);
    }
}
