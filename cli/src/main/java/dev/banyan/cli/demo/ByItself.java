package dev.banyan.cli.demo;

import dev.banyan.cli.report.Figures;
import dev.banyan.cli.report.Step;
import dev.banyan.cli.toolkit.AdminApi;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The steps of a route that moves by itself: what it finds, what stops it, and what lets it go on. */
final class ByItself {

    static final String ROUTE = "product-data";
    private static final String CANDIDATE = "catalog-api";

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration BAD_FOR = Duration.ofSeconds(1);
    private static final double ROLL_BACK_SECONDS_MAX = 5;

    private final Scene scene;
    private final Screen screen;
    private final Path gatewayFolder;
    private final Shifts shifts;

    ByItself(Scene scene, Screen screen, Path gatewayFolder) {
        this.scene = scene;
        this.screen = screen;
        this.gatewayFolder = gatewayFolder;
        this.shifts = new Shifts(AdminApi.of(gatewayFolder), ROUTE);
    }

    List<Walk.Stage> stages() {
        return List.of(
                new Walk.Stage(
                        "difference-found",
                        "Product data moves by itself: in shadow, a price that is rounded is found",
                        this::findsTheDifference),
                new Walk.Stage("difference-mended", "Mended, it goes on by itself to 25 %", this::goesOn),
                new Walk.Stage("bad-release", "A release that is slow, then failing, is taken back", this::takesBack),
                new Walk.Stage("completed", "A good release goes all the way", this::completes));
    }

    /** Something to type in another window, about this run's gateway. */
    private void look(String command) {
        screen.look("./banyan " + command + " --run-dir " + Screen.typed(gatewayFolder));
    }

    private void findsTheDifference(Step step) throws InterruptedException {
        scene.releases().release(Releases.Release.ROUNDS_PRICES);
        scene.crowd().partnersCome();
        var before = scene.crowd().tally().counts();
        screen.look("edited " + scene.rules().folder().resolve("shop.yaml") + ": no more stage: off at " + ROUTE);
        scene.rules().file().begin(ROUTE);
        step.claim("the gateway takes the edit", Scene.await(PATIENCE, scene.rules()::areInForce));
        step.claim("the gate fails", Scene.await(PATIENCE, shifts::isRolledBack));
        step.figure("decidedAfterSeconds", step.seconds());
        step.figure("why", shifts.lastEntry());
        step.claim("because replies differ", shifts.lastEntry().contains("mismatch"));
        look("diff " + ROUTE);
        var seen = scene.crowd().tally().counts().since(before);
        step.claim("nobody was served by the candidate", seen.served(ROUTE, CANDIDATE) == 0);
        Walk.people(step, ROUTE, seen);
    }

    private void goesOn(Step step) throws InterruptedException {
        var before = scene.crowd().tally().counts();
        scene.releases().release(Releases.Release.GOOD);
        look("resume " + ROUTE + " --reason 'prices keep their cents'");
        shifts.resume("prices keep their cents");
        step.claim("shadow passes, and 10 % are let through", Scene.await(PATIENCE, () -> shifts.isAt("live", 1_000)));
        step.figure("tenPercentAfterSeconds", step.seconds());
        step.claim("10 % pass, and 25 % are let through", Scene.await(PATIENCE, () -> shifts.isAt("live", 2_500)));
        step.figure("twentyFivePercentAfterSeconds", step.seconds());
        Walk.people(step, ROUTE, scene.crowd().tally().counts().since(before));
    }

    private void takesBack(Step step) throws InterruptedException {
        var before = scene.crowd().tally().counts();
        scene.releases().release(Releases.Release.SLOW);
        Thread.sleep(BAD_FOR);
        scene.releases().release(Releases.Release.FAILING);
        scene.crowd().sides().weightFalls();
        var failing = System.nanoTime();
        var back = Scene.await(PATIENCE, shifts::isRolledBack);
        var seconds = Figures.seconds(System.nanoTime() - failing);
        step.claim("it is taken back", back);
        step.figure("secondsToRollBack", seconds);
        step.figure("why", shifts.lastEntry());
        step.claim("within " + ROLL_BACK_SECONDS_MAX + " s of the first failure", seconds < ROLL_BACK_SECONDS_MAX);
        Thread.sleep(BAD_FOR); // replies that were on their way
        scene.crowd().sides().weightFell();
        var after = scene.crowd().tally().counts();
        Walk.people(step, ROUTE, after.since(before));
        var seen = scene.watch();
        step.claim(
                "the baseline serves everybody",
                seen.served(ROUTE, CANDIDATE) == 0 && seen.served(ROUTE, "legacy") > 0);
    }

    private void completes(Step step) throws InterruptedException {
        var before = scene.crowd().tally().counts();
        scene.releases().release(Releases.Release.GOOD);
        look("resume " + ROUTE + " --reason 'the release before is out again'");
        shifts.resume("the release before is out again");
        step.claim("everybody is let through", Scene.await(PATIENCE, () -> shifts.isAt("live", 10_000)));
        step.figure("everybodyAfterSeconds", step.seconds());
        step.claim("it is complete", Scene.await(PATIENCE, () -> shifts.isAt("complete", 10_000)));
        step.figure("completeAfterSeconds", step.seconds());
        var flips = scene.crowd().sides().flipBacks();
        step.figure("flipBacks", flips);
        step.claim("nobody was moved back while the weight rose", flips == 0);
        scene.crowd().partnersLeave();
        Walk.people(step, ROUTE, scene.crowd().tally().counts().since(before));
    }
}
