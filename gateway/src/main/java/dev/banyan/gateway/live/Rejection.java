package dev.banyan.gateway.live;

import dev.banyan.rules.Problem;
import java.time.Instant;
import java.util.List;

/** Rules that were offered and refused; those before them are still in force. */
public record Rejection(Instant at, List<Problem> problems) {

    public Rejection {
        problems = List.copyOf(problems);
    }
}
