package dev.banyan.rules.lint;

import dev.banyan.rules.Backend;
import dev.banyan.rules.Cohort;
import dev.banyan.rules.Match;
import dev.banyan.rules.Route;
import dev.banyan.rules.RuleSet;
import dev.banyan.rules.Schedule;
import dev.banyan.rules.Stage;
import java.net.URI;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Looks at routes, and at what they name. */
final class RouteLint {

    /** Cookies that change when a person logs in, as the usual frameworks name them. */
    private static final Pattern SESSION_COOKIE =
            Pattern.compile("(?i).*sess(ion)?[-_.]?(id)?|.*sessid|connect\\.sid|asp\\.net_sessionid");

    private final RuleSet rules;
    private final Findings findings;
    private final Instant now;
    private final Map<String, Cohort> cohorts = new HashMap<>();

    RouteLint(RuleSet rules, Findings findings, Instant now) {
        this.rules = rules;
        this.findings = findings;
        this.now = now;
        rules.cohorts().forEach(each -> cohorts.put(each.name(), each));
    }

    void run() {
        Set<String> used = new HashSet<>();
        Map<String, Route> firstOfJourney = new HashMap<>();
        for (Route route : rules.routes()) {
            used.add("backend " + route.candidate());
            used.add("cohort " + route.cohort());
            page(route);
            journey(route, firstOfJourney);
            weight(route);
            retired(route);
            schedule(route);
        }
        unused(used);
        sameAddress();
    }

    private void sameAddress() {
        Map<String, Backend> firstAt = new HashMap<>();
        for (Backend each : rules.backends()) {
            for (URI url : each.urls()) {
                Backend first = firstAt.putIfAbsent(url + " " + each.host(), each);
                if (first != null && !first.equals(each)) {
                    String found = url + ", where backends[" + first.name() + "] is too: nothing moves between them";
                    String where = "backends[" + each.name() + "]";
                    findings.add(new Finding(
                            LintCode.BYN0104,
                            rules.placeOf(each),
                            "",
                            where,
                            found,
                            "another address, or one backend"));
                    break;
                }
            }
        }
    }

    private void unused(Set<String> used) {
        for (Backend each : rules.backends()) {
            if (!each.baseline() && !used.contains("backend " + each.name())) {
                String where = "backends[" + each.name() + "]";
                findings.add(new Finding(
                        LintCode.BYN0103,
                        rules.placeOf(each),
                        "",
                        where,
                        "no route has it as candidate",
                        "a use, or none"));
            }
        }
        for (Cohort each : rules.cohorts()) {
            if (!used.contains("cohort " + each.name())) {
                String where = "cohorts[" + each.name() + "]";
                findings.add(new Finding(
                        LintCode.BYN0103, rules.placeOf(each), "", where, "no route goes by it", "a use, or none"));
            }
        }
    }

    private void page(Route route) {
        Cohort cohort = cohort(route);
        if (!route.mayBeSplit() || cohort == null || route.matches().stream().noneMatch(RouteLint::isPage)) {
            return;
        }
        boolean lasts = cohort.key().stream().anyMatch(RouteLint::lasts);
        if (!lasts) {
            findings.add(
                    LintCode.BYN0150,
                    route,
                    "pages are split by cohort " + cohort.name() + ", whose keys no browser keeps",
                    "a cookie that outlasts a login, or generateCookie as the last key");
        }
    }

    /** Whether a person may open it: a GET without conditions on headers, outside of an API. */
    private static boolean isPage(Match match) {
        boolean read = match.method() == null || match.method().equals("GET");
        return read && match.headers().isEmpty() && !match.path().value().startsWith("/api");
    }

    private static boolean lasts(Cohort.Key key) {
        return switch (key) {
            case Cohort.Key.Header _ -> false;
            case Cohort.Key.Cookie(var name) -> !SESSION_COOKIE.matcher(name).matches();
            case Cohort.Key.GenerateCookie _ -> true;
        };
    }

    private void journey(Route route, Map<String, Route> firstOfJourney) {
        Cohort cohort = cohort(route);
        if (!route.mayBeSplit() || cohort == null) {
            return;
        }
        for (Match match : route.matches()) {
            String journey = journey(match.path());
            Route first = journey == null ? null : firstOfJourney.putIfAbsent(hosts(route) + journey, route);
            Cohort other = first == null ? null : cohort(first);
            boolean differ = other != null
                    && (!other.salt().equals(cohort.salt()) || !other.key().equals(cohort.key()));
            if (first != null && other != null && differ) {
                findings.add(
                        LintCode.BYN0151,
                        route,
                        "cohort " + cohort.name() + " below " + journey + ", where routes[" + first.name() + "] has "
                                + other.name() + ": one person gets both sides",
                        "one cohort for both");
                return;
            }
        }
    }

    private static String hosts(Route route) {
        return String.join(",", route.hostnames());
    }

    /** The first element that is not {@code api}; null when it is none that people share. */
    private static @Nullable String journey(Match.Path path) {
        if (path.kind() == Match.Path.Kind.REGULAR_EXPRESSION) {
            return null;
        }
        for (String element : List.of(path.value().substring(1).split("/", -1))) {
            if (!element.equals("api")) {
                return element.isEmpty() || element.startsWith("{") ? null : "/" + element.toLowerCase(Locale.ROOT);
            }
        }
        return null;
    }

    private void weight(Route route) {
        if (route.stage() == Stage.LIVE && route.weight() == 0 && !hasAssigned(route)) {
            findings.add(
                    LintCode.BYN0152, route, "stage live at 0%: the candidate serves nobody", "a weight, or stage off");
        } else if (route.stage() != Stage.LIVE && route.weight() > 0) {
            findings.add(
                    LintCode.BYN0152,
                    route,
                    "a weight at stage " + route.stage().name().toLowerCase(Locale.ROOT) + ", where it does not count",
                    "no weight, or stage live");
        }
    }

    private boolean hasAssigned(Route route) {
        Cohort cohort = cohort(route);
        return cohort != null
                && (!cohort.assigned().isEmpty() || !cohort.overrides().isEmpty());
    }

    private void retired(Route route) {
        boolean silent = route.retired().body().isEmpty() && route.retired().link() == null;
        if (route.stage() == Stage.RETIRED && silent) {
            findings.add(LintCode.BYN0153, route, "retired without a word", "retired: {body: ..., link: ...}");
        }
    }

    private void schedule(Route route) {
        Schedule schedule = route.schedule();
        Instant until = schedule == null ? null : schedule.until();
        if (until != null && !until.isAfter(now)) {
            findings.add(
                    LintCode.BYN0154,
                    route,
                    "the schedule ended at " + until + ": it stands as at stage off",
                    "a later until, or no schedule");
        }
    }

    private @Nullable Cohort cohort(Route route) {
        return route.cohort() == null ? null : cohorts.get(route.cohort());
    }
}
