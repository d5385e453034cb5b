package dev.banyan.gateway;

import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How the gateway stops. */
final class StopOptions {

    private static final int SECONDS_MAX = 3600;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it
    CommandSpec spec;

    @Option(
            names = "--unready",
            paramLabel = "SECONDS",
            defaultValue = "0",
            description = "a stop first says so to load balancers for so long, and serves on meanwhile"
                    + " (default: ${DEFAULT-VALUE})")
    int unreadySeconds;

    @Option(
            names = "--drain",
            paramLabel = "SECONDS",
            defaultValue = "20",
            description = "how long a stop waits for calls in flight (default: ${DEFAULT-VALUE})")
    int drainSeconds;

    Duration unready() {
        return checked("--unready", unreadySeconds);
    }

    Duration drain() {
        return checked("--drain", drainSeconds);
    }

    private Duration checked(String name, int seconds) {
        if (seconds < 0 || seconds > SECONDS_MAX) {
            throw Usage.wrong(spec, name + ": " + seconds + " (expected: 0.." + SECONDS_MAX + ")");
        }
        return Duration.ofSeconds(seconds);
    }
}
