package dev.banyan.cli.demo;

import dev.banyan.cli.load.SideWatch;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The time between two steps, in which people may change the rules to see what happens: their edit is taken back at its end, and whom it moved
 * counts for nothing.
 *
 * @param inForce whether the gateway routes by what stands in the file
 * @param onTheirWay how long replies by other rules may still come
 */
record Pause(RulesEdit file, SideWatch sides, BooleanSupplier inForce, Duration onTheirWay, Consumer<String> screen) {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Lets {@code waiting} pass. */
    void take(Runnable waiting) throws InterruptedException {
        var text = file.text();
        var saved = file.saved();
        var flipBacks = sides.flipBacks();
        waiting.run();
        if (file.saved().equals(saved) && file.text().equals(text)) {
            return;
        }
        sides.weightFalls();
        file.save(text);
        var back = Scene.await(PATIENCE, inForce);
        Thread.sleep(onTheirWay);
        sides.startAnew(flipBacks);
        screen.accept(
                back
                        ? "    the rules were edited: they are as the last step left them again, and who was moved counts for nothing"
                        : "    the rules were edited, and the gateway does not take back what the last step left");
    }
}
