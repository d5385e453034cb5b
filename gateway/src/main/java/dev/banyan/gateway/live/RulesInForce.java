package dev.banyan.gateway.live;

import dev.banyan.gateway.backend.BackendTls;
import dev.banyan.gateway.backend.Backends;
import dev.banyan.gateway.filter.RouteFilters;
import dev.banyan.rules.Problem;
import dev.banyan.rules.RoutingTable;
import dev.banyan.rules.RuleSet;
import dev.banyan.rules.RulesException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The rule set that serves, and the last one that was refused. */
public final class RulesInForce {

    private static final Logger LOG = LoggerFactory.getLogger(RulesInForce.class);

    private final RulesSource source;
    private final ForbiddenAddresses forbidden;
    private final @Nullable String legacyHost;
    private final BackendTls tls;
    private final InstantSource clock;
    private final AtomicReference<LiveRules> live = new AtomicReference<>();
    private final AtomicReference<@Nullable Rejection> rejection = new AtomicReference<>();
    private final AtomicLong swaps = new AtomicLong();
    private final AtomicLong rejections = new AtomicLong();

    /** Loads the first rule set; without one there is nothing to serve by, so a problem is thrown. */
    public RulesInForce(
            RulesSource source,
            ForbiddenAddresses forbidden,
            @Nullable String legacyHost,
            BackendTls tls,
            InstantSource clock)
            throws RulesException {
        this.source = source;
        this.forbidden = forbidden;
        this.legacyHost = legacyHost;
        this.tls = tls;
        this.clock = clock;
        swapIn(source.read());
    }

    /** Returns the set in force; a request asks once and keeps the answer. */
    public LiveRules current() {
        LiveRules current = live.get();
        if (current == null) {
            throw new IllegalStateException("no rules");
        }
        return current;
    }

    /** Returns what was last refused, or null when the newest rules are the ones in force. */
    public @Nullable Rejection lastRejected() {
        return rejection.get();
    }

    public long swaps() {
        return swaps.get();
    }

    public long rejections() {
        return rejections.get();
    }

    public RulesSource source() {
        return source;
    }

    /** Reads the rules again and swaps them in, or keeps those in force and remembers why. Returns whether they are valid. */
    public synchronized boolean reload() {
        try {
            RuleSet next = source.read();
            if (next.equals(current().table().rules())) {
                rejection.set(null);
                return true;
            }
            swapIn(next);
            rejection.set(null);
            return true;
        } catch (RulesException e) {
            reject(e.problems());
        } catch (UncheckedIOException e) {
            reject(List.of(
                    new Problem(Path.of(""), 0, 0, "folder", String.valueOf(e.getMessage()), "a readable folder")));
        }
        return false;
    }

    /** Puts a rule set into force in one piece. */
    public synchronized void swapIn(RuleSet rules) throws RulesException {
        RoutingTable table = RoutingTable.compile(rules);
        forbidden.check(rules);
        RouteFilters filters = RouteFilters.of(rules);
        LiveRules before = live.get();
        Backends kept = before == null ? Backends.none() : before.backends();
        Backends backends = kept.with(rules, legacyHost, tls);
        live.set(LiveRules.of(table, backends, filters, clock.instant()));
        kept.replaceBy(backends);
        swaps.incrementAndGet();
        LOG.info(
                "rules {} in force: {} routes, {} backends",
                rules.hash(),
                rules.routes().size(),
                rules.backends().size());
    }

    private void reject(List<Problem> problems) {
        Rejection last = rejection.get();
        if (last != null && last.problems().equals(problems)) {
            return;
        }
        rejection.set(new Rejection(clock.instant(), problems));
        rejections.incrementAndGet();
        for (Problem problem : problems) {
            LOG.error("rules refused, {} stay in force: {}", current().hash(), problem);
        }
    }
}
