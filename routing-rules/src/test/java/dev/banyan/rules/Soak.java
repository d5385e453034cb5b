package dev.banyan.rules;

import java.time.Duration;

/** How long a long run may take: {@code -Dsoak.seconds=180}; without it, until it has done all. */
final class Soak {

    private final long startedNanos = System.nanoTime();
    private final Duration most =
            Duration.ofSeconds(Long.getLong("soak.seconds", Duration.ofDays(1).toSeconds()));

    boolean isOver() {
        return System.nanoTime() - startedNanos > most.toNanos();
    }

    /** Says what was done, for docs/measurements/soak.md. */
    @SuppressWarnings("SystemOut") // a long run is started by a person
    void report(String done) {
        Duration took = Duration.ofNanos(System.nanoTime() - startedNanos);
        System.out.println("soak: " + done + " in " + took.toSeconds() + " s");
    }
}
