package dev.banyan.gateway.shift;

import dev.banyan.rules.gate.Judgement;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One entry of the journal: a route moved, and why. Generation and number of {@code after} name it.
 *
 * @param after what the route is from here on
 * @param event what moved it: {@code pass}, {@code fail}, {@code promote}...
 * @param from the word of the state before; {@code -} for the first
 * @param words one sentence for people
 * @param judgement the evidence, as it was judged; null where nothing was judged
 * @param by who: {@code gates}, {@code file}, a person, or the gateway whose trip-wire went off
 */
public record Entry(
        Head after,
        Instant at,
        String event,
        String from,
        String words,
        @Nullable Judgement judgement,
        String by,
        String reason) {}
