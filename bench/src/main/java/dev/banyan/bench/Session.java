package dev.banyan.bench;

import dev.banyan.bench.load.LoadFailed;
import dev.banyan.bench.measure.Cores;
import dev.banyan.bench.peer.Banyan;
import dev.banyan.bench.peer.Peer;
import dev.banyan.bench.report.Results;
import dev.banyan.process.ChildFailed;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** One whole run: every case of the plan on every peer that can do it. */
final class Session {

    private static final List<Integer> RULES = List.of(1, 1_000, 100_000);

    private final Plan plan;
    private final Field field;
    private final List<Peer> peers;
    private final Results results;
    private final Consumer<String> progress;
    private final LoadRun loadRun;
    private final Failures failures;

    Session(Plan plan, Field field, List<Peer> peers, Results results, OthersBusy others, Consumer<String> progress) {
        this.plan = plan;
        this.field = field;
        this.peers = List.copyOf(peers);
        this.results = results;
        this.progress = progress;
        this.failures = new Failures(results, progress);
        this.loadRun = new LoadRun(plan, field, results, others, progress);
    }

    /** Returns the names of all cases, in the order they are measured. */
    static List<String> caseNames() {
        var names = new ArrayList<String>();
        LoadCase.withOneRule().forEach(load -> names.add(load.name()));
        names.add(LoadCase.OWN_CORE);
        RULES.forEach(count -> names.add("rules" + count));
        names.add(RulesPairs.NAME);
        names.addAll(
                List.of(MirrorRun.NAME, MirrorRun.LATENCY, LoadCase.HTTP2, IdleRun.NAME, StartRun.NAME, LargeRun.NAME));
        return names;
    }

    /** Does the whole plan; throws {@link dev.banyan.bench.load.LoadFailed} at the first reply that is not as it must be. */
    void run() throws IOException, InterruptedException {
        oneRule();
        if (plan.cases().contains(LoadCase.OWN_CORE)) {
            ownCore();
        }
        for (var count : RULES) {
            if (plan.cases().contains("rules" + count)) {
                rules(count);
            }
        }
        if (plan.cases().contains(RulesPairs.NAME)) {
            rulesPairs();
        }
        if (plan.cases().contains(MirrorRun.NAME) || plan.cases().contains(MirrorRun.LATENCY)) {
            mirror();
        }
        if (plan.cases().contains(LoadCase.HTTP2)) {
            http2();
        }
        if (plan.cases().contains(IdleRun.NAME)) {
            new IdleRun(plan, field, results, progress).run(peers);
        }
        if (plan.cases().contains(StartRun.NAME)) {
            new StartRun(plan, this::start, results, progress).run(peers);
        }
        if (plan.cases().contains(LargeRun.NAME)) {
            new LargeRun(plan, field, results, progress).run(ours().stream().toList());
        }
    }

    private StartRun.Start start(Peer peer) throws IOException, InterruptedException {
        var running = field.start(peer);
        var hadKeptClasses = running.tree().maps(".aot");
        field.stop(running);
        return new StartRun.Start(running.readySeconds(), hadKeptClasses);
    }

    private Optional<Peer> ours() {
        return peers.stream().filter(Banyan.class::isInstance).findFirst();
    }

    private void oneRule() throws IOException, InterruptedException {
        var loads = LoadCase.withOneRule().stream()
                .filter(load -> plan.cases().contains(load.name()))
                .toList();
        if (loads.isEmpty()) {
            return;
        }
        var started = startAll(
                peers, 1, Setup.PLAIN, loads.stream().map(LoadCase::name).toList());
        var all = withDirect(started);
        var cold = true;
        for (var load : loads) {
            loadRun.run(load, all, cold);
            cold = false;
        }
        stopAll(started);
    }

    private List<Running> withDirect(List<Running> started) {
        return Stream.concat(Stream.of(field.upstream().named(Results.DIRECT)), started.stream())
                .toList();
    }

    private void ownCore() throws IOException, InterruptedException {
        if (field.cores().numbers().size() < 2) {
            leaveOut(LoadCase.OWN_CORE, "this process may use one core only");
            return;
        }
        if (!Cores.canBind()) {
            leaveOut(LoadCase.OWN_CORE, "there is no taskset (expected: util-linux)");
            return;
        }
        var alone = plan.quick() ? peers.subList(0, Math.min(2, peers.size())) : peers;
        var started = startAll(alone, 1, Setup.OWN_CORE, List.of(LoadCase.OWN_CORE));
        field.leaveFirstCore();
        try {
            loadRun.run(LoadCase.ownCore(), withDirect(started), true);
        } finally {
            field.useAllCores();
        }
        stopAll(started);
    }

    private void rules(int count) throws IOException, InterruptedException {
        var actual = count == 1 ? 1 : (int) plan.scaled(count);
        var load = LoadCase.withRules(count, actual);
        var started =
                startAll(peers.stream().filter(Peer::hasRoutes).toList(), actual, Setup.PLAIN, List.of(load.name()));
        loadRun.run(load, started, true);
        stopAll(started);
    }

    private void rulesPairs() throws IOException, InterruptedException {
        if (ours().orElse(null) instanceof Banyan banyan) {
            new RulesPairs(plan, field, loadRun, failures, results, progress).run(banyan);
        } else {
            leaveOut(RulesPairs.NAME, "Banyan is not among the peers");
        }
    }

    private void mirror() throws IOException, InterruptedException {
        if (ours().orElse(null) instanceof Banyan banyan) {
            new MirrorRun(plan, field, loadRun, results, progress).run(banyan, plan.cases());
        } else {
            leaveOut(MirrorRun.NAME, "only Banyan mirrors, and it is not among the peers");
        }
    }

    private void leaveOut(String caseName, String why) {
        results.skip(caseName, why);
        progress.accept("  " + caseName + ": left out, " + why);
    }

    private void http2() throws IOException, InterruptedException {
        var started = startAll(peers, 1, Setup.HTTP2, List.of(LoadCase.HTTP2));
        loadRun.run(LoadCase.http2(), started, true);
        stopAll(started);
    }

    /** Starts {@code those} for {@code cases}, out of which one that does not start is left. */
    private List<Running> startAll(List<Peer> those, int rules, Setup setup, List<String> cases)
            throws IOException, InterruptedException {
        var all = new ArrayList<Running>();
        for (var peer : those) {
            try {
                all.add(field.start(peer, rules, setup, null));
            } catch (LoadFailed | ChildFailed e) {
                cases.forEach(name -> failures.of(name, peer.name(), e));
            }
        }
        return all;
    }

    private void stopAll(List<Running> all) {
        for (var running : all) {
            field.stop(running);
        }
    }

    /** Returns the words of {@code wanted} that are none of {@code known}. */
    static List<String> unknown(Iterable<String> wanted, List<String> known) {
        var unknown = new TreeSet<String>();
        wanted.forEach(unknown::add);
        known.forEach(unknown::remove);
        return List.copyOf(unknown);
    }
}
