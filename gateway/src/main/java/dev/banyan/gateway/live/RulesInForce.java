package dev.banyan.gateway.live;

import dev.banyan.gateway.backend.BackendAddresses;
import dev.banyan.gateway.backend.BackendTls;
import dev.banyan.gateway.backend.Backends;
import dev.banyan.gateway.filter.RouteFilters;
import dev.banyan.rules.KnownFiles;
import dev.banyan.rules.Problem;
import dev.banyan.rules.ProblemKind;
import dev.banyan.rules.RoutingTable;
import dev.banyan.rules.RuleSet;
import dev.banyan.rules.RulesException;
import dev.banyan.rules.Standpoint;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The rule set that serves, and the last one that was refused. */
public final class RulesInForce {

    /*
     * Two locks. This object's is held for as long as rules are read, looked up, compiled and copied, which may be long: a name server or a
     * disk may hold it up. The one of moves is held only while what is made comes into force or routes move within it, so that a
     * roll-back never waits for a reload.
     */
    private static final Logger LOG = LoggerFactory.getLogger(RulesInForce.class);

    /** How many looks at files that do not change go by until those that could not be read are read again: some seconds. */
    private static final int LOOKS_UNTIL_READ_AGAIN = 5;

    private final RulesSource source;
    private final KnownFiles known = new KnownFiles();
    private final ForbiddenAddresses forbidden;
    private final @Nullable String legacyHost;
    private BackendTls tls;
    private final BackendAddresses addresses;
    private final InstantSource clock;
    private final @Nullable LastGoodRules lastGood;
    private volatile @Nullable Instant copySince;
    private @Nullable RuleSet unkept;
    private volatile boolean keepFailed;
    private final boolean isElsewhere;
    /** When a source elsewhere last said what its newest rules are, by {@link System#nanoTime}; null before it has. */
    private volatile @Nullable Long answeredNanos;

    private final AtomicReference<LiveRules> live = new AtomicReference<>();
    private final AtomicReference<@Nullable Rejection> rejection = new AtomicReference<>();
    private final Object moves = new Object();
    private volatile Standpoints standpoints = Standpoints.AS_WRITTEN;
    /** Where the routes in force stand that do not stand where their file says. */
    private Map<String, Standpoint> stand = Map.of();
    /** What the files of {@code tls.ca} held at the last look, and what of that has been taken or refused. */
    private Map<String, String> authoritiesSeen = Map.of();

    private Map<String, String> authoritiesTaken = Map.of();

    private int looks;
    private final AtomicLong swaps = new AtomicLong();
    private final AtomicLong rejections = new AtomicLong();

    /**
     * Loads the first rule set. When the source of rules cannot be used, the copy of its last good state in the run folder serves
     * instead; without one there is nothing to serve by, and what is wrong is thrown. The copy of what is loaded is on the disk once
     * {@link #finishKeeping} was called: nobody who waits for the start waits for that.
     *
     * @param mirror brings the files of a source elsewhere; null for a folder
     */
    public RulesInForce(
            RulesSource source,
            @Nullable RulesMirror mirror,
            Path runFolder,
            ForbiddenAddresses forbidden,
            @Nullable String legacyHost,
            BackendTls tls,
            BackendAddresses addresses,
            InstantSource clock)
            throws RulesException {
        this.source = source;
        this.forbidden = forbidden;
        this.legacyHost = legacyHost;
        this.tls = tls;
        this.addresses = addresses;
        this.clock = clock;
        this.isElsewhere = mirror != null;
        this.lastGood = source.folder() == null ? null : new LastGoodRules(runFolder, source.folder(), source.where());
        RuleSet files;
        try {
            if (mirror != null) {
                mirror.fetchFirst();
                sourceAnswered();
            }
            files = source.readFiles(known);
        } catch (RulesException e) {
            startFromCopy(e);
            return;
        }
        RuleSet rules = source.complete(files);
        forbidden.check(rules);
        try {
            swapIn(rules);
        } catch (RulesException e) { // of the files, like those before: the command line's have ended the start
            startFromCopy(e);
            return;
        }
        if (lastGood != null) {
            kept(files, false, !lastGood.begin(files, current().since()));
        }
        if (mirror != null) {
            mirror.inForce();
        }
    }

    private void startFromCopy(RulesException wrong) throws RulesException {
        LastGoodRules.Copy copy = lastGood == null ? null : lastGood.find().orElse(null);
        if (copy == null) {
            throw wrong;
        }
        BackendTls usual = tls;
        tls = tls.in(copy.folder());
        swapIn(source.complete(copy.rules()));
        tls = usual;
        authoritiesTaken = Map.of("", "of the copy"); // so that what mends those of the folder is news
        copySince = copy.since();
        reject(wrong.problems());
        LOG.error(
                "THE RULES OF {} CANNOT BE USED: serving by the copy of its rules that came into force at {}",
                source.where(),
                copy.since());
    }

    private void keep(RuleSet files) {
        copySince = null;
        if (lastGood != null) {
            boolean isKept = lastGood.keep(files, current().since());
            kept(files, isKept, !isKept);
        }
    }

    private void kept(RuleSet files, boolean isKept, boolean failed) {
        unkept = isKept ? null : files;
        keepFailed = failed;
    }

    /** Returns the set in force; a request asks once and keeps the answer. */
    public LiveRules current() {
        LiveRules current = live.get();
        if (current == null) {
            throw new IllegalStateException("no rules");
        }
        return current;
    }

    /** The time that schedules go by. */
    public InstantSource clock() {
        return clock;
    }

    /** Returns what was last refused, or null when the newest rules are the ones in force. */
    public @Nullable Rejection lastRejected() {
        return rejection.get();
    }

    /** Returns since when the rules had been in force whose copy serves now, or null when the rules folder itself does. */
    public @Nullable Instant copySince() {
        return copySince;
    }

    /** Whether there is no copy of the rules in force for a start without their source, because it could not be written. */
    public boolean isUnkept() {
        return keepFailed;
    }

    /** Writes the copy that could not be written, if it can be by now. */
    synchronized void keepAgain() {
        finishKeeping();
        RuleSet files = unkept;
        if (files != null) {
            keep(files);
        }
    }

    /** Has the disk keep the copy of the rules that were loaded at the start, unless it does already. */
    public synchronized void finishKeeping() {
        RuleSet files = unkept;
        if (files != null && lastGood != null && lastGood.isBegun()) {
            boolean isKept = lastGood.finish();
            kept(files, isKept, !isKept);
        }
    }

    /** Throws when the rules in force have a backend at one of our ports, of which one was not known before. */
    public void checkAddresses() throws RulesException {
        forbidden.check(current().table().rules());
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
        finishKeeping(); // a folder that is wrong by now has no other copy
        try {
            RuleSet files = source.readFiles(known);
            RuleSet next = source.complete(files);
            Map<String, String> trusted = tls.authorities(next);
            if (!next.equals(current().files())
                    || !trusted.equals(current().backends().authorities())) {
                swapIn(next);
            }
            rejection.set(null);
            keep(files);
            return true;
        } catch (RulesException e) {
            reject(e.problems());
        }
        return false;
    }

    /**
     * Reads the rules of a folder again as {@link #reload} does, and also remembers what kept them from coming into force that is no
     * mistake of theirs, such as too little memory: nobody tries the same again.
     */
    public synchronized boolean reloadFolder() {
        try {
            return reload();
        } catch (RuntimeException | Error e) {
            reject(List.of(new Problem(
                    Path.of(""),
                    0,
                    0,
                    "--rules",
                    source.where() + ": " + e,
                    "rules that can be taken",
                    ProblemKind.LIMIT)));
            throw e;
        }
    }

    /**
     * Does what does not wait for a change of the rules' files: reads the rules again when a file of {@code tls.ca} has changed, once it was the same
     * at two looks, or now and then while a file cannot be read, and writes the copy that could not be written.
     */
    public synchronized void lookAgain() {
        keepAgain();
        if (isUnread() && ++looks % LOOKS_UNTIL_READ_AGAIN == 0) {
            reloadFolder(); // who may read a file, and whether its disk answers, no change of it says
        }
        Map<String, String> now;
        try {
            now = tls.authorities(current().files());
        } catch (RulesException e) {
            now = Map.of("", e.problems().toString()); // so that it is refused as the rules would be, and only once
        }
        boolean whole = now.equals(authoritiesSeen);
        authoritiesSeen = now;
        if (whole && !now.equals(authoritiesTaken)) {
            authoritiesTaken = now;
            reloadFolder();
        }
    }

    private boolean isUnread() {
        Rejection last = rejection.get();
        return last != null && last.problems().stream().anyMatch(each -> each.kind() == ProblemKind.FILE);
    }

    /** Lets go of all backends, with their health checks: nobody is served any more. */
    public synchronized void letGo() {
        finishKeeping();
        current().backends().replaceBy(Backends.none());
    }

    /** Lets {@code write} change the rules folder while nothing else reads it, and reads it again. */
    synchronized boolean replace(Runnable write) {
        write.run();
        return reload();
    }

    /** The source of rules has said what its newest are. */
    void sourceAnswered() {
        answeredNanos = System.nanoTime();
    }

    /**
     * Returns for how many seconds nobody has said here what the newest rules are: infinitely many while the source has not answered since
     * the start, and none where they are a folder of this machine.
     */
    public double unconfirmedSeconds() {
        Long last = answeredNanos;
        if (!isElsewhere) {
            return 0;
        }
        return last == null ? Double.POSITIVE_INFINITY : (System.nanoTime() - last) / 1e9;
    }

    /** Remembers that the source of rules cannot be asked; those in force stay. */
    synchronized void sourceFailed(Problem why) {
        reject(List.of(why));
    }

    /**
     * Returns rules read from files with what the command line of this gateway adds to them, or throws what keeps them from coming
     * into force here; changes nothing.
     */
    public RuleSet check(RuleSet files) throws RulesException {
        RuleSet rules = source.complete(files);
        RoutingTable.compile(rules);
        forbidden.check(rules);
        Comparisons.check(rules);
        RouteFilters.of(rules);
        return rules;
    }

    /** Puts a rule set into force in one piece. */
    public synchronized void swapIn(RuleSet rules) throws RulesException {
        RoutingTable table = RoutingTable.compile(rules);
        forbidden.check(rules);
        Comparisons.check(rules);
        RouteFilters filters = RouteFilters.of(rules);
        LiveRules before = live.get();
        Backends kept = before == null ? Backends.none() : before.backends();
        Backends backends = kept.with(rules, legacyHost, tls, addresses);
        putAt(LiveRules.of(rules, table, backends, filters, clock.instant()));
        authoritiesTaken = backends.authorities();
        kept.replaceBy(backends);
        swaps.incrementAndGet();
        LOG.info(
                "rules {} in force: {} routes, {} backends",
                rules.hash(),
                rules.routes().size(),
                rules.backends().size());
    }

    /** Puts rules into force with their routes where they have got to by then. */
    private void putAt(LiveRules next) {
        standpoints.of(next.files()); // what takes long is known then, and the lock is not held for it
        synchronized (moves) {
            Map<String, Standpoint> moved = standpoints.of(next.files());
            live.set(moved.isEmpty() ? next : next.at(moved));
            stand = moved;
        }
    }

    /** Asks {@code next} from now on where routes have got to, beginning with the rules in force. */
    public void follow(Standpoints next) {
        synchronized (moves) {
            standpoints = next;
            routesMoved();
        }
    }

    /**
     * Puts routes where they have got to by now, without waiting for rules that are being read. A request sees all of them where they were, or
     * all where they are.
     */
    public void routesMoved() {
        synchronized (moves) {
            LiveRules before = current();
            Map<String, Standpoint> moved = standpoints.of(before.files());
            if (moved.equals(stand)) {
                return; // a table of many rules takes seconds to compile
            }
            LiveRules after = before.at(moved);
            if (!after.table().rules().equals(before.table().rules())) {
                live.set(after);
            }
            stand = moved; // not before: what failed is tried again
        }
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
