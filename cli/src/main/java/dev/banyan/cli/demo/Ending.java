package dev.banyan.cli.demo;

import dev.banyan.cli.load.Tally;
import dev.banyan.cli.observe.CatalogComparison;
import dev.banyan.cli.observe.Folded;
import dev.banyan.cli.observe.LoyaltyComparison;
import dev.banyan.cli.observe.WriteProof;
import dev.banyan.cli.report.Figures;
import dev.banyan.cli.report.Report;
import dev.banyan.cli.report.Step;
import java.io.IOException;
import java.net.URI;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The last step: everybody leaves, what is on its way arrives, and both sides are compared to the last field. */
final class Ending {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Map<String, String> EVENT_OF_STATUS = Map.of(
            "P", "shop.orders.OrderPaid.v1", "S", "shop.orders.OrderShipped.v1", "D", "shop.orders.OrderDelivered.v1");

    private final Scene scene;
    private final Walk walk;

    Ending(Scene scene, Walk walk) {
        this.scene = scene;
        this.walk = walk;
    }

    /** Notes what holds in {@code step} and returns the figures over the whole run. */
    Report.Run run(Step step) throws InterruptedException, SQLException, IOException {
        stopWrites(step);
        drain(step);
        var legacy = scene.legacy();
        var comparison = new CatalogComparison(
                        scene.programs().legacy(), scene.programs().catalog())
                .compare(legacy.allSkus());
        step.figure("productsCompared", comparison.products());
        step.figure("productsDiffering", comparison.differing());
        step.figure("listingPagesDiffering", comparison.pagesDiffering());
        none(
                step,
                "every product is the same in legacy and in the catalogue",
                comparison.differing(),
                comparison.examples());
        none(step, "every page of the listing is the same", comparison.pagesDiffering(), comparison.examples());
        var proof = WriteProof.of(scene.crowd().writes(), legacy.connection(), scene.lastOrderBefore());
        step.figure("writesSent", proof.sent());
        step.figure("writesExactlyOnce", proof.exactlyOnce());
        step.claim("every acknowledged write arrived exactly once: " + proof.examples(), proof.holds());
        var loyalty =
                new LoyaltyComparison(scene.programs().loyalty()).compare(legacy.loyaltyPoints(Integer.MAX_VALUE));
        step.figure("customersComparedWithLoyalty", loyalty.customers());
        none(step, "every customer's points are what the orders are worth", loyalty.differing(), loyalty.examples());
        var events = events(step);
        var counts = scene.crowd().tally().counts();
        people(step, counts, scene.crowd().sides().flipBacks(), walk.cutByTheKill());
        var latencies = scene.probe().latencies();
        var ownClock = ServiceStatus.of(scene.programs(), scene.programs().catalog());
        step.figure("commitToVisibleP99MsSaysTheCatalogue", ownClock.commitToVisibleP99Ms());
        step.claim(
                "all programs still run: " + scene.programs().ended(),
                scene.programs().ended().isEmpty());
        var replies = scene.crowd().tally().latencies();
        return new Report.Run(
                counts.sent(),
                counts.failed(),
                counts.cut(),
                new Report.Writes(
                        proof.sent(),
                        proof.acknowledged(),
                        proof.exactlyOnce(),
                        proof.missing(),
                        proof.twice(),
                        proof.unanswered(),
                        proof.unansweredArrived()),
                shares(counts),
                scene.crowd().sides().flipBacks(),
                scene.crowd().sides().replies(),
                legacy.rowsWritten() - scene.rowsBefore(),
                events,
                new Report.CommitToVisible(
                        latencies.percentileMillis(50), latencies.percentileMillis(99), latencies.count()),
                comparison.products(),
                comparison.differing(),
                walk.secondsToRollBack(),
                replies.percentileMillis(50),
                replies.percentileMillis(99));
    }

    /** What is claimed of the people over the whole run: a step sees only what happened between its own two looks. */
    static void people(Step step, Tally.Counts counts, long flipBacks, long cutByTheKill) {
        var cut = counts.cut() - cutByTheKill;
        step.claim("no request failed in the whole run, but for " + counts.failed(), counts.failed() == 0);
        step.claim("only the kill of the catalogue cut replies off, but for " + cut, cut == 0);
        step.claim("nobody was moved back in the whole run, but for " + flipBacks, flipBacks == 0);
    }

    private void stopWrites(Step step) throws InterruptedException {
        var crowd = scene.crowd();
        crowd.writes().close();
        scene.nightly().close();
        var trouble = scene.nightly().trouble();
        step.claim("the nightly job worked to its end: " + trouble, trouble.isEmpty());
        scene.probe().close();
        step.claim(
                "the last writes are answered",
                Scene.await(PATIENCE, () -> crowd.writes().inFlight() == 0));
        crowd.close();
    }

    /** Waits until what legacy committed has gone all the way: the watermark is a row written after everything else. */
    private void drain(Step step) throws InterruptedException, SQLException {
        var watermark = scene.probe().watermark(scene.legacy().connection(), PATIENCE);
        step.claim("the last change becomes visible", watermark);
        step.claim("all events are read", scene.events().awaitCaughtUp(PATIENCE));
        var programs = scene.programs();
        step.claim("the catalogue has read all of them", Scene.await(PATIENCE, () -> lag(programs.catalog()) == 0));
        step.claim("loyalty has read all of them", Scene.await(PATIENCE, () -> lag(programs.loyalty()) == 0));
        step.figure("drainedAfterSeconds", step.seconds());
        var before = new long[] {-1};
        step.claim("legacy's counters come to rest", Scene.await(PATIENCE, () -> isSame(before)));
    }

    /** PostgreSQL's counters of rows lag by up to a second: at rest when a second changes nothing. */
    private boolean isSame(long[] before) {
        try {
            var now = scene.legacy().rowsWritten();
            var same = now == before[0];
            before[0] = now;
            if (!same) {
                Thread.sleep(Duration.ofMillis(1200));
            }
            return same;
        } catch (SQLException e) {
            throw new IllegalStateException("counting rows", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private long lag(URI service) {
        try {
            return ServiceStatus.of(scene.programs(), service).lag();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }

    private Report.Events events(Step step) throws SQLException {
        var counts = scene.events().counts();
        var products =
                Folded.compare(scene.legacy().productRows(), scene.events().states("product"));
        var orders = Folded.compare(scene.legacy().orderRows(), scene.events().states("order"));
        var customers =
                Folded.compare(scene.legacy().customerRows(), scene.events().states("customer"));
        var categories =
                Folded.compare(scene.legacy().categoryRows(), scene.events().states("category"));
        var missing = missing();
        step.figure("eventsReceived", counts.received());
        step.figure("eventsReordered", counts.reordered());
        step.figure("productsRebuiltFromEvents", products.compared());
        step.figure("ordersRebuiltFromEvents", orders.compared());
        step.figure("customersRebuiltFromEvents", customers.compared());
        step.figure("categoriesRebuiltFromEvents", categories.compared());
        none(step, "the events of every product end in its rows", products.lost(), products.examples());
        none(step, "the events of every order end in its rows", orders.lost(), orders.examples());
        none(step, "the events of every customer end in its row", customers.lost(), customers.examples());
        none(step, "the events of every category end in its row", categories.lost(), categories.examples());
        var readable = scene.events().states("customer").values().stream()
                .filter(data -> data.contains("@"))
                .toList();
        none(step, "no customer's e-mail address can be read in the events", readable.size(), List.of());
        none(step, "every order and every change of status has its event", missing.size(), missing);
        none(step, "no event overtakes another of its key", Math.toIntExact(counts.reordered()), List.of());
        return new Report.Events(
                counts.received(),
                counts.duplicates(),
                counts.backfilled(),
                products.lost() + orders.lost() + customers.lost() + categories.lost(),
                missing.size(),
                counts.reordered(),
                new TreeMap<>(counts.byType()));
    }

    /** Returns the orders and changes of status of which no event tells, although they were acknowledged after events flowed. */
    private List<String> missing() {
        var missing = new TreeMap<String, List<String>>();
        var writes = scene.crowd().writes();
        var since = walk.lastOrderBeforeEvents();
        missing.put(
                "shop.orders.OrderPlaced.v1",
                writes.orders().values().stream()
                        .filter(order -> order.orderNo() > since)
                        .map(order -> "order/" + order.orderNo())
                        .toList());
        EVENT_OF_STATUS.forEach((status, type) -> missing.put(
                type,
                writes.statusChanges().entrySet().stream()
                        .filter(Map.Entry::getValue)
                        .map(Map.Entry::getKey)
                        .filter(change ->
                                change.orderNo() > since && change.status().equals(status))
                        .map(change -> "order/" + change.orderNo())
                        .toList()));
        return missing.entrySet().stream()
                .flatMap(type -> scene.events().without(type.getKey(), type.getValue()).stream()
                        .map(subject -> subject + " has no " + type.getKey()))
                .toList();
    }

    private static void none(Step step, String claim, int exceptions, List<String> examples) {
        step.claim(
                claim + ", but for " + exceptions + ": "
                        + examples.stream().limit(5).toList(),
                exceptions == 0);
    }

    private static Map<String, Map<String, Double>> shares(Tally.Counts counts) {
        var shares = new TreeMap<String, Map<String, Double>>();
        counts.byRouteAndBackend().forEach((route, byBackend) -> {
            var all = byBackend.values().stream().mapToLong(Long::longValue).sum();
            var percent = new TreeMap<String, Double>();
            byBackend.forEach((backend, count) -> percent.put(backend, Figures.percent((double) count / all)));
            shares.put(route.equals("-") ? "no route" : route, percent);
        });
        return shares;
    }
}
