package dev.banyan.cli.demo;

import dev.banyan.cli.report.Figures;
import dev.banyan.cli.report.Report;
import dev.banyan.cli.report.Step;
import dev.banyan.cli.report.StepReport;
import dev.banyan.cli.toolkit.AdminApi;
import dev.banyan.cli.toolkit.Toolkit;
import dev.banyan.process.Children;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One run of the demo, from the first process to the report. */
public final class Demo {

    private static final Duration REPLIES_ON_THEIR_WAY = Duration.ofSeconds(1);

    private final Settings settings;
    private final Screen screen;
    private final Toolkit toolkit;
    private final Instant startedAt = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    private final long startedNanos = System.nanoTime();
    private final List<StepReport> steps = new ArrayList<>();
    private final Map<String, Object> opening = new LinkedHashMap<>();
    private final List<Map<String, String>> failures = new ArrayList<>();
    private Report.@Nullable Run run;
    private boolean brokenOff;

    public Demo(Settings settings, PrintStream out) {
        this.settings = settings;
        this.screen = new Screen(out, settings.pauses());
        this.toolkit = new Toolkit(settings.root());
    }

    /**
     * Runs all steps and returns what was measured; whatever happens, everything that was started has ended then. A run that a
     * signal ends is not reported.
     */
    public Report run() throws InterruptedException {
        var folder = settings.folder();
        screen.line(
                "Banyan demo, size " + settings.size() + ", seed " + settings.seed() + "; everything it keeps is in");
        screen.line("  " + folder.path());
        var programs = new Programs(toolkit, folder, settings.size(), settings.seed());
        var hook = new Thread(() -> breakOff(programs));
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            walk(programs);
        } catch (SQLException | IOException | RuntimeException e) {
            screen.line("BROKEN OFF: " + e.getMessage());
            brokenOff = true;
            failures.add(
                    Map.of("at", Instant.now().toString(), "request", "the demo itself", "what", String.valueOf(e)));
        } finally {
            screen.line("");
            screen.line("stopping everything");
            programs.close();
        }
        if (isEnding(hook)) {
            hook.join(); // it deletes what is to be deleted
            return report();
        }
        var report = report();
        try {
            keep(report);
        } finally {
            deleteData(programs::deleteData);
        }
        return report;
    }

    private void keep(Report report) {
        report.write(settings.folder().path().resolve("report.json"));
        settings.reportFile().ifPresent(report::write);
        summary(report);
    }

    /** Deletes what servers kept; what resists stays, and a run that held has held all the same. */
    void deleteData(Runnable delete) {
        if (settings.keep()) {
            return;
        }
        try {
            delete.run();
        } catch (UncheckedIOException e) {
            screen.line("not everything is deleted: " + e.getMessage() + ": " + e.getCause());
        }
    }

    private void walk(Programs programs) throws InterruptedException, SQLException, IOException {
        var rules = open(programs);
        try (var scene = new Scene(settings, programs, new Legacy(programs.jdbcUrl("legacy")), rules)) {
            try {
                walk(scene);
            } finally {
                for (var failure : scene.crowd().tally().failures()) {
                    failures.add(Map.of(
                            "at", failure.at().toString(), "request", failure.request(), "what", failure.what()));
                }
            }
        }
    }

    /** Starts what legacy's people need, then what the new world needs beside it. */
    private Rules open(Programs programs) throws InterruptedException {
        screen.line("starting, each as a process of its own:");
        Parallel.all(() -> timed("postgres", programs::startPostgres), () -> timed("kafka", programs::startKafka));
        var folder = settings.folder().folder("rules");
        RulesEdit.copy(settings.root().resolve("routing-rules"), folder);
        Parallel.all(
                () -> timed("legacy", programs::startLegacy),
                () -> timed("gateway", () -> programs.startGateway(folder)));
        if (!programs.answers(programs.gateway().resolve("/catalog"))) {
            throw new IllegalStateException("no answer at " + programs.gateway() + "/catalog");
        }
        opening.put("firstRequestServedAfterSeconds", sinceStart());
        screen.line("  first request served after " + sinceStart() + " s");
        Parallel.all(() -> timed("catalog", programs::startCatalog), () -> timed("loyalty", programs::startLoyalty));
        opening.put("allStartedAfterSeconds", sinceStart());
        return new Rules(
                folder,
                Map.of(
                        "legacy", programs.legacy(),
                        "catalog", programs.catalog(),
                        "catalog-api", programs.releases(),
                        "loyalty", programs.loyalty()),
                AdminApi.of(programs.gatewayFolder()));
    }

    private void timed(String program, Parallel.Task start) throws Exception {
        var began = System.nanoTime();
        start.run();
        var seconds = Figures.seconds(System.nanoTime() - began);
        synchronized (opening) {
            opening.put(program + "StartSeconds", seconds);
        }
        screen.line("  %-10s %6.1f s   %s"
                .formatted(program, seconds, settings.folder().log(program)));
    }

    private void walk(Scene scene) throws InterruptedException {
        var walk = new Walk(scene, screen);
        var stages = walk.stages(new ByItself(scene, screen, scene.programs().gatewayFolder()));
        var pause = new Pause(
                scene.rules().file(),
                scene.crowd().sides(),
                scene.rules()::areInForce,
                REPLIES_ON_THEIR_WAY,
                screen::line);
        var all = stages.size() + 1;
        for (var stage : stages) {
            if (!step(stage, all)) {
                screen.line("the steps after this one are left out");
                return;
            }
            pause.take(screen::pause);
        }
        var ending = new Ending(scene, walk);
        step(
                new Walk.Stage(
                        "ending", "Nobody writes any more: both sides are compared", step -> run = ending.run(step)),
                all);
    }

    /** Walks one step; false when it broke off, so that those after it make no sense. */
    private boolean step(Walk.Stage stage, int all) throws InterruptedException {
        screen.begin(steps.size() + 1, all, stage.title());
        var step = new Step(stage.name(), stage.title());
        var finished = false;
        try {
            stage.action().run(step);
            finished = true;
        } catch (IOException | SQLException | RuntimeException e) {
            step.failed("broke off: " + e);
        }
        var report = step.end();
        steps.add(report);
        screen.end(report);
        return finished;
    }

    private double sinceStart() {
        return Figures.seconds(System.nanoTime() - startedNanos);
    }

    private Report report() {
        var about = new TreeMap<String, Object>();
        about.put("size", settings.size().toString());
        about.put("seed", settings.seed());
        about.put("shoppers", settings.size().shoppers());
        about.put("mobileApps", settings.size().mobile());
        about.put("start", opening);
        var held = run != null && !brokenOff && steps.stream().allMatch(StepReport::held);
        return new Report(
                Toolkit.version(),
                startedAt.toString(),
                sinceStart(),
                held,
                Report.Machine.here(),
                Versions.of(toolkit),
                about,
                steps,
                run,
                failures);
    }

    private void summary(Report report) {
        screen.line("");
        for (var step : report.steps()) {
            screen.line("  %-6s %6.1f s  %s".formatted(step.held() ? "held" : "BROKEN", step.seconds(), step.title()));
        }
        screen.line("");
        var total = report.run();
        if (total != null) {
            screen.line("  requests %d, failed %d, cut %d; writes %d, each exactly once: %s"
                    .formatted(
                            total.requestsSent(),
                            total.requestsFailed(),
                            total.repliesCut(),
                            total.writes().sent(),
                            total.writes().exactlyOnce() == total.writes().acknowledged() ? "yes" : "NO"));
            screen.line(
                    "  rows changed %d, events %d, lost %d, reordered %d; commit to visible p50 %.1f ms, p99 %.1f ms"
                            .formatted(
                                    total.rowsChanged(),
                                    total.events().received(),
                                    total.events().lost(),
                                    total.events().reordered(),
                                    total.commitToVisible().p50Ms(),
                                    total.commitToVisible().p99Ms()));
            screen.line("  products compared %d, differing %d; rolled back in %.2f s"
                    .formatted(total.productsCompared(), total.productsDiffering(), total.secondsToRollBack()));
        }
        screen.line((report.held() ? "every step held" : "NOT EVERY STEP HELD") + "; report and logs: "
                + settings.folder().path());
    }

    /** Ctrl-C, or SIGTERM: ends everything at once. */
    private void breakOff(Programs programs) {
        screen.line("");
        screen.line("stopping everything; logs: " + settings.folder().path());
        screen.silence();
        programs.close();
        deleteData(programs::deleteData);
    }

    /** Takes {@code hook} away; true when a signal is ending the program, so that it runs already. */
    private static boolean isEnding(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
            return false;
        } catch (IllegalStateException e) {
            return true;
        }
    }

    /** Returns ids and names of processes that an earlier run left behind. */
    public static List<String> leftBehind(Settings settings) {
        return Children.leftBehind(settings.root().resolve(".banyan/runs"));
    }
}
