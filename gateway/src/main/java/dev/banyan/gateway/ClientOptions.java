package dev.banyan.gateway;

import dev.banyan.gateway.edge.Patience;
import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How long the gateway waits for a client. */
final class ClientOptions {

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it
    CommandSpec spec;

    @Option(
            names = "--client-head-timeout",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "how long a client may take to send a request's head (default: ${DEFAULT-VALUE})")
    double headSeconds;

    @Option(
            names = "--client-idle-timeout",
            paramLabel = "SECONDS",
            defaultValue = "65",
            description = "how long a client's connection may lie idle between requests (default: ${DEFAULT-VALUE})")
    double idleSeconds;

    @Option(
            names = "--client-stall-timeout",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "how long a client may send nothing of its upload, or take nothing of a reply"
                    + " (default: ${DEFAULT-VALUE})")
    double stallSeconds;

    @Option(
            names = "--client-min-rate",
            paramLabel = "BYTES",
            defaultValue = "240",
            description = "what an upload that is waited for, or a reply that waits to be taken, must bring a second,"
                    + " over the time of --client-stall-timeout; 0 for no limit (default: ${DEFAULT-VALUE})")
    int minRate;

    /** Returns what the options say. */
    Patience patience() {
        try {
            return new Patience(seconds(headSeconds), seconds(idleSeconds), seconds(stallSeconds), minRate);
        } catch (IllegalArgumentException e) {
            String what = String.valueOf(e.getMessage());
            throw Usage.wrong(
                    spec, "--client-" + (what.startsWith("min-rate") ? what : what.replaceFirst(":", "-timeout:")));
        }
    }

    private static Duration seconds(double value) {
        return Duration.ofMillis(Math.round(value * 1000));
    }
}
