package dev.banyan.gateway.shift;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.banyan.rules.Analysis;
import dev.banyan.rules.Cohort;
import dev.banyan.rules.Mirror;
import dev.banyan.rules.Route;
import dev.banyan.rules.RuleSet;
import dev.banyan.rules.Stage;
import dev.banyan.rules.Standpoint;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The plans of the rules as their files have them. Made once for each rule set. */
public final class Plans implements Supplier<Collection<Plan>> {

    private static final int HASH_BYTES = 8;

    private record Made(RuleSet rules, List<Plan> plans) {}

    private final Supplier<RuleSet> files;
    private volatile @Nullable Made made;

    /** Plans of what {@code files} gives: the rules as they are written, not as they stand. */
    public Plans(Supplier<RuleSet> files) {
        this.files = files;
    }

    @Override
    public Collection<Plan> get() {
        return of(files.get());
    }

    /** The plans of a rule set; those of the last one asked for are kept. */
    public Collection<Plan> of(RuleSet rules) {
        Made last = made;
        if (last == null || !last.rules.equals(rules)) {
            last = new Made(rules, make(rules));
            made = last;
        }
        return last.plans;
    }

    private static List<Plan> make(RuleSet rules) {
        var cohorts = new HashMap<String, Cohort>();
        rules.cohorts().forEach(each -> cohorts.put(each.name(), each));
        return rules.routes().stream()
                .map(route -> of(route, route.cohort() == null ? null : cohorts.get(route.cohort())))
                .toList();
    }

    private static Plan of(Route route, @Nullable Cohort cohort) {
        Mirror mirror = route.mirror();
        boolean mirrors = mirror != null && mirror.percent() > 0;
        return new Plan(
                route.name(),
                drive(route),
                route.steps(),
                route.analysis(),
                new Standpoint(route.stage(), route.weight()),
                mirrors,
                mirror != null && mirrors && mirror.reverse(),
                new PlanKeys(identity(route, cohort), judged(route), hash(route.steps()), hash(route)));
    }

    private static Plan.Drive drive(Route route) {
        if (route.isDriven()) {
            return Plan.Drive.STEPS;
        }
        boolean stopped = !route.steps().isEmpty() && (route.stage() == Stage.OFF || route.stage() == Stage.RETIRED);
        return stopped ? Plan.Drive.STOPPED : Plan.Drive.HAND;
    }

    private static String identity(Route route, @Nullable Cohort cohort) {
        return cohort == null
                ? hash(route.hostnames(), route.matches(), route.candidate())
                : hash(
                        route.hostnames(),
                        route.matches(),
                        route.candidate(),
                        cohort.name(),
                        cohort.key(),
                        cohort.salt());
    }

    /** What the evidence depends on. How a failure is dealt with is not part of it. */
    private static String judged(Route route) {
        Analysis analysis = route.analysis();
        return hash(
                analysis == null ? null : analysis.gates(),
                analysis == null ? null : List.of(analysis.minRequests(), analysis.confidence()),
                route.mirror(),
                route.comparison(),
                route.filters(),
                route.rewrite(),
                route.requestTimeout());
    }

    /** 16 hex digits of the text of records, which an upgrade keeps: PlansTest holds it. */
    private static String hash(@Nullable Object... parts) {
        var text = new StringBuilder();
        for (Object part : parts) {
            text.append(CanonicalText.of(part)).append('\n');
        }
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(text.toString().getBytes(UTF_8));
            return HexFormat.of().formatHex(digest, 0, HASH_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256: every JDK has it", e);
        }
    }
}
