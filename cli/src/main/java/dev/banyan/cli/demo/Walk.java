package dev.banyan.cli.demo;

import dev.banyan.cli.load.Tally;
import dev.banyan.cli.observe.LoyaltyComparison;
import dev.banyan.cli.report.Figures;
import dev.banyan.cli.report.Step;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The steps between the opening and the ending. Each measures what it claims and leaves the scene to the next. */
final class Walk {

    static final String ROUTE = "browse-catalog";

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final double ROLL_BACK_SECONDS_MAX = 5;
    private static final int CUSTOMERS_LOOKED_AT = 30;
    private static final int LOOKS_AT_A_SHARE = 3;

    private final Scene scene;
    private final Programs programs;
    private final Screen screen;
    private double secondsToRollBack = -1;
    private long lastOrderBeforeEvents;
    private long cutByTheKill;

    Walk(Scene scene, Screen screen) {
        this.scene = scene;
        this.programs = scene.programs();
        this.screen = screen;
    }

    /** What a step does; it notes figures and claims in the {@link Step}. */
    interface Action {
        void run(Step step) throws InterruptedException, IOException, SQLException;
    }

    /** A step that is still to be walked. */
    record Stage(String name, String title, Action action) {}

    /** Returns the steps in their order. */
    List<Stage> stages(ByItself byItself) {
        var all = new ArrayList<Stage>();
        all.add(new Stage("legacy-only", "Everybody uses legacy, through the gateway", this::legacyOnly));
        all.add(new Stage("data-flows", "Backfill and live events fill the catalogue", this::dataFlows));
        all.add(new Stage("loyalty", "A service that legacy never had lives from order events", this::loyalty));
        all.addAll(byHand());
        all.addAll(byItself.stages());
        return all;
    }

    private List<Stage> byHand() {
        return List.of(
                new Stage("ten-percent", "The catalogue serves 10 % of the people", step -> shift(step, "10%", 1, 30)),
                new Stage(
                        "fifty-percent", "The catalogue serves half of the people", step -> shift(step, "50%", 25, 75)),
                new Stage("all", "The catalogue serves everybody", step -> shift(step, "100%", 99, 100)),
                new Stage("broken-edit", "A mistake in the rules is refused", this::brokenEdit),
                new Stage("catalog-killed", "The catalogue is killed with -9", this::catalogKilled),
                new Stage("catalog-back", "The catalogue comes back", this::catalogBack),
                new Stage("rolled-back", "One edit takes it all back", this::rollBack),
                new Stage("forward-again", "And forward again", step -> shift(step, "100%", 99, 100)),
                new Stage("bridge-killed", "The bridge is killed with -9 amid writes", this::bridgeKilled));
    }

    /** Returns the seconds between the edit and the last reply of the catalogue; -1 when that step was not reached. */
    double secondsToRollBack() {
        return secondsToRollBack;
    }

    /** Returns the last order number given before events flowed; every order after it must have its event. */
    long lastOrderBeforeEvents() {
        return lastOrderBeforeEvents;
    }

    /** Returns how many replies the kill of the catalogue cut off; no other may be cut. */
    long cutByTheKill() {
        return cutByTheKill;
    }

    private void legacyOnly(Step step) throws InterruptedException {
        screen.look(programs.gateway() + "/catalog        the shop, as its people see it");
        screen.look("./banyan status --run-dir " + Screen.typed(programs.gatewayFolder()));
        var seen = scene.watch();
        people(step, ROUTE, seen);
        step.claim("nobody is on the candidate's side", seen.candidateShare(ROUTE) == 0);
        step.claim("legacy serves the catalogue", seen.served(ROUTE, "legacy") > 0);
        step.claim("the catalogue service serves nobody", seen.served(ROUTE, "catalog") == 0);
    }

    private void dataFlows(Step step) throws InterruptedException, IOException, SQLException {
        screen.look(programs.catalog() + "/catalog        the same shop window, from events only");
        screen.look("curl " + programs.bridge() + "/status");
        var before = scene.crowd().tally().counts();
        programs.startBridge();
        step.figure("bridgeStreamingAfterSeconds", step.seconds());
        lastOrderBeforeEvents = scene.legacy().lastOrder();
        var wanted = scene.legacy().products();
        var filled = Scene.await(
                scene.settings().size().fill(),
                () -> catalog().products() >= wanted && catalog().lag() == 0);
        step.figure("catalogueFilledAfterSeconds", step.seconds());
        step.figure("productsInLegacy", wanted);
        step.figure("productsInCatalogue", catalog().products());
        step.claim("the catalogue holds every product of legacy", filled);
        if (!filled) {
            return;
        }
        step.claim(
                "the bridge has read every row that was there before",
                Scene.await(scene.settings().size().fill(), programs::isBackfilled));
        step.figure("backfillDoneAfterSeconds", step.seconds());
        scene.startProbe();
        Thread.sleep(scene.settings().size().watch());
        step.claim(
                "the catalogue shows new prices",
                Scene.await(PATIENCE, () -> scene.probe().latencies().count() > 5));
        var events = scene.events().counts();
        step.figure("eventsReceived", events.received());
        step.figure("eventsBackfilled", events.backfilled());
        commitToVisible(step);
        people(step, ROUTE, scene.crowd().tally().counts().since(before));
    }

    /** Orders go on while points are compared, so that a customer counts who is right at one of several looks. */
    private void loyalty(Step step) throws InterruptedException, IOException, SQLException {
        screen.look(programs.gateway() + "/loyalty        through the gateway, on the same site");
        var before = scene.crowd().tally().counts();
        var ordered = scene.crowd().writes().acknowledged();
        step.claim(
                "people order on",
                Scene.await(PATIENCE, () -> scene.crowd().writes().acknowledged() > ordered + 3));
        var asked = new LoyaltyComparison(programs.gateway());
        var deadline = System.nanoTime() + PATIENCE.toNanos();
        var open = scene.legacy().loyaltyPoints(CUSTOMERS_LOOKED_AT).keySet();
        var compared = open.size();
        var result = new LoyaltyComparison.Result(0, 0, List.of(), Set.of());
        while (!open.isEmpty() && System.nanoTime() < deadline) {
            var now = scene.legacy().loyaltyPoints(Integer.MAX_VALUE);
            now.keySet().retainAll(open);
            result = asked.compare(now);
            open.removeAll(result.right());
        }
        step.figure("customersWhoOrderedLast", compared);
        step.figure("pointsUnlikeTheirOrders", open.size());
        step.claim(
                "the points of those who ordered last are what their orders are worth: " + result.examples(),
                compared > 0 && open.isEmpty());
        people(step, ROUTE, scene.crowd().tally().counts().since(before));
    }

    private void shift(Step step, String weight, double fromPercent, double toPercent)
            throws InterruptedException, SQLException {
        screen.look("edited " + scene.rules().folder().resolve("shop.yaml") + ": weight: " + weight);
        var before = scene.crowd().tally().counts();
        edit(step, weight);
        // A share of few people is mostly chance: those of a short look would be off by half of it now and then.
        var looks = toPercent < 100 ? LOOKS_AT_A_SHARE : 1;
        var seen = scene.watch(looks);
        if (toPercent == 100 && seen.candidateShare(ROUTE) < 1) {
            seen = scene.watch(looks); // what was under way at the edit was still answered by the rules before
        }
        var share = Figures.percent(seen.candidateShare(ROUTE));
        step.figure("candidateSharePercent", share);
        step.claim(
                "the candidate's share is between " + fromPercent + " and " + toPercent + " %",
                share >= fromPercent && share <= toPercent);
        step.claim("the catalogue serves its share", seen.served(ROUTE, "catalog") > 0);
        var flips = scene.crowd().sides().flipBacks();
        step.figure("flipBacks", flips);
        step.claim("nobody was moved back while the weight rose", flips == 0);
        commitToVisible(step);
        people(step, ROUTE, scene.crowd().tally().counts().since(before));
    }

    private void edit(Step step, String weight) throws InterruptedException {
        var began = System.nanoTime();
        scene.rules().file().weight(ROUTE, weight);
        step.claim("the gateway takes the edit", Scene.await(PATIENCE, scene.rules()::areInForce));
        step.figure("editInForceAfterSeconds", Figures.seconds(System.nanoTime() - began));
    }

    private void brokenEdit(Step step) throws InterruptedException {
        var rules = scene.rules();
        var good = rules.file().text();
        var hash = rules.activeHash();
        var before = scene.crowd().tally().counts();
        screen.look("edited " + rules.folder().resolve("shop.yaml") + ": weight: 110%, which is no weight");
        rules.file().weight(ROUTE, "110%");
        step.claim("the gateway says why it refuses", Scene.await(PATIENCE, () -> hasProblems(rules)));
        var problem = rules.lastRejected().path("problems").path(0);
        step.figure(
                "refused", problem.isMissingNode() ? "" : problem.isString() ? problem.asString() : problem.toString());
        step.claim("the good rules stay in force", rules.activeHash().equals(hash));
        var seen = scene.watch();
        step.claim("the catalogue serves on by the good rules", seen.served(ROUTE, "catalog") > 0);
        rules.file().save(good);
        step.claim("mended rules are in force", Scene.await(PATIENCE, rules::areInForce));
        people(step, ROUTE, scene.crowd().tally().counts().since(before));
    }

    private static boolean hasProblems(Rules rules) {
        return !rules.lastRejected().path("problems").isEmpty();
    }

    private void catalogKilled(Step step) throws InterruptedException {
        screen.look("kill -9 " + programs.pid("catalog") + "        (done)");
        scene.probe().pause();
        var before = scene.crowd().tally().counts();
        programs.kill("catalog");
        var killed = scene.crowd().tally().counts();
        var fellBack = Scene.await(
                PATIENCE, () -> scene.crowd().tally().counts().since(killed).served(ROUTE, "legacy") > 0);
        step.claim("reads fall back to legacy", fellBack);
        step.figure("firstFallbackAfterSeconds", step.seconds());
        var seen = scene.watch();
        step.figure("servedByLegacy", seen.served(ROUTE, "legacy"));
        step.claim("legacy serves those of the candidate's side", seen.served(ROUTE, "legacy") > 0);
        var whole = scene.crowd().tally().counts().since(before);
        cutByTheKill = whole.cut();
        step.figure("cutOffByTheKill", cutByTheKill);
        served(step, ROUTE, whole);
    }

    private void catalogBack(Step step) throws InterruptedException {
        var before = scene.crowd().tally().counts();
        programs.startCatalog();
        step.figure("readyAfterSeconds", step.seconds());
        var ready = scene.crowd().tally().counts();
        var serves = Scene.await(
                PATIENCE, () -> scene.crowd().tally().counts().since(ready).served(ROUTE, "catalog") > 20);
        step.figure("servesAgainAfterSeconds", step.seconds());
        step.claim("the catalogue serves again", serves);
        step.claim(
                "it has read what it missed",
                Scene.await(PATIENCE, () -> catalog().lag() == 0));
        scene.probe().resume();
        people(step, ROUTE, scene.crowd().tally().counts().since(before));
    }

    private void rollBack(Step step) throws InterruptedException {
        screen.look("edited " + scene.rules().folder().resolve("shop.yaml") + ": weight: 0%");
        var before = scene.crowd().tally().counts();
        scene.crowd().sides().weightFalls();
        var began = System.nanoTime();
        edit(step, "0%");
        Thread.sleep(Duration.ofSeconds(1)); // replies that were on their way
        var seen = scene.watch();
        scene.crowd().sides().weightFell();
        var last = scene.crowd().tally().lastReplyNanos(ROUTE, "catalog");
        secondsToRollBack = Math.max(0, Figures.seconds(last - began));
        step.figure("secondsToRollBack", secondsToRollBack);
        step.claim("nobody is served by the catalogue any more", seen.served(ROUTE, "catalog") == 0);
        step.claim("legacy serves everybody", seen.served(ROUTE, "legacy") > 0);
        step.claim("it took less than " + ROLL_BACK_SECONDS_MAX + " s", secondsToRollBack < ROLL_BACK_SECONDS_MAX);
        people(step, ROUTE, scene.crowd().tally().counts().since(before));
    }

    private void bridgeKilled(Step step) throws InterruptedException, IOException {
        var before = scene.crowd().tally().counts();
        var nightly = scene.nightly();
        scene.probe().pause();
        nightly.hurry(true);
        var runs = nightly.runs();
        step.claim(
                "the nightly job is in the middle of its prices",
                Scene.await(PATIENCE, () -> nightly.runs() > runs + 2));
        screen.look("kill -9 " + programs.pid("bridge") + "        (done)");
        programs.kill("bridge");
        var received = scene.events().counts().received();
        var runsAtTheKill = nightly.runs();
        var seen = scene.watch();
        step.figure("downSeconds", step.seconds());
        step.claim("the catalogue serves on while the bridge is dead", seen.served(ROUTE, "catalog") > 0);
        step.claim(
                "prices change while the bridge is dead", Scene.await(PATIENCE, () -> nightly.runs() > runsAtTheKill));
        step.figure("pricesJobsWhileDead", nightly.runs() - runsAtTheKill);
        nightly.hurry(false);
        var restarted = System.nanoTime();
        programs.startBridge();
        step.figure("streamingAgainAfterSeconds", Figures.seconds(System.nanoTime() - restarted));
        scene.probe().resume();
        var measured = scene.probe().latencies().count();
        step.claim(
                "new prices become visible again",
                Scene.await(PATIENCE, () -> scene.probe().latencies().count() > measured + 3));
        step.figure("caughtUpAfterSeconds", Figures.seconds(System.nanoTime() - restarted));
        step.claim(
                "events arrive again",
                Scene.await(PATIENCE, () -> scene.events().counts().received() > received));
        step.figure("eventsSinceTheKill", scene.events().counts().received() - received);
        step.figure("eventsRepeated", scene.events().counts().duplicates());
        people(step, ROUTE, scene.crowd().tally().counts().since(before));
    }

    /** What every step that kills nobody who serves people claims of them: nobody was refused, and nobody saw anything wrong. */
    static void people(Step step, String route, Tally.Counts seen) {
        served(step, route, seen);
        step.claim("no reply is cut off, but for " + seen.cut(), seen.cut() == 0);
    }

    private static void served(Step step, String route, Tally.Counts seen) {
        step.figure("requests", seen.sent());
        step.figure("failed", seen.failed());
        step.figure("servedBy", seen.byRouteAndBackend().getOrDefault(route, Map.of()));
        step.claim("no request fails", seen.failed() == 0);
    }

    private void commitToVisible(Step step) {
        var latencies = scene.probe().latencies();
        step.figure("commitToVisibleP50Ms", latencies.percentileMillis(50));
        step.figure("commitToVisibleP99Ms", latencies.percentileMillis(99));
    }

    private ServiceStatus catalog() {
        try {
            return ServiceStatus.of(programs, programs.catalog());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
