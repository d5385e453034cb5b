package dev.banyan.gateway.shift;

import dev.banyan.gateway.store.StoreUnavailable;
import dev.banyan.rules.Standpoint;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What was asked of this gateway and has no answer yet. Thread-safe. */
final class Asked {

    /** The most commands that wait for an answer at once; what makes a route safer is taken beyond it. */
    private static final int WAITING_MAX = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(Asked.class);

    private static final String NEVER = "the control store can never take this, this gateway's log says why;"
            + " letters that it does not have are one reason";

    /** A command without an answer, and whether the store may have it: who has handed one over cannot take it back. */
    private static final class Waiting {
        private final Command command;
        private final CompletableFuture<Answer> answer = new CompletableFuture<>();
        private volatile boolean handedOver;

        private Waiting(Command command) {
            this.command = command;
        }
    }

    private final Map<UUID, Waiting> waiting = new ConcurrentHashMap<>();

    /** The answer that {@code command} will have; of commands with one id the first counts. */
    CompletableFuture<Answer> add(Command command) {
        return waiting.computeIfAbsent(command.id(), _ -> new Waiting(command)).answer;
    }

    /** The answer to a command that waits; null when none of this id does. */
    @Nullable
    CompletableFuture<Answer> answer(UUID id) {
        Waiting known = waiting.get(id);
        return known == null ? null : known.answer;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    boolean isFull() {
        return waiting.size() >= WAITING_MAX;
    }

    /** Whether a trip-wire of {@code route} waits for its answer. */
    boolean hasTripped(String route) {
        return waiting.values().stream()
                .anyMatch(each -> each.command.kind() == Command.Kind.TRIP
                        && each.command.route().equals(route));
    }

    /** Whether something that was asked keeps {@code route} at its baseline, which stands at {@code stands} without it. */
    boolean lowers(String route, Standpoint stands) {
        return waiting.values().stream()
                .anyMatch(each -> each.command.kind().isSafety()
                        && each.command.route().equals(route)
                        && Lowering.of(each.command.kind(), stands.stage()) == Lowering.LOWERS);
    }

    /** Hands all that waits to the leader; what the store can never take is refused. Returns whether something was. */
    boolean handOver(ShiftStore store) throws StoreUnavailable {
        boolean refused = false;
        for (Waiting each : waiting.values()) {
            try {
                store.ask(each.command);
                each.handedOver = true;
            } catch (StoreUnavailable e) {
                if (e.isRefusal()) {
                    LOG.error("route {}: the control store takes this never", each.command.route(), e);
                    refuse(each, NEVER);
                    refused = true;
                } else {
                    each.handedOver |= e.mayBeKept();
                    throw e;
                }
            }
        }
        return refused;
    }

    Set<UUID> ids() {
        return Set.copyOf(waiting.keySet());
    }

    /** Takes away what these are the answers to; the answers wait for {@link Answered#tell}. */
    Answered answeredBy(Collection<Answer> answers) {
        var answered = new HashMap<Answer, CompletableFuture<Answer>>();
        for (Answer answer : answers) {
            Waiting asked = waiting.remove(answer.command());
            if (asked != null) {
                answered.put(answer, asked.answer);
            }
        }
        return new Answered(answered);
    }

    /** Answers that nobody has heard yet. */
    record Answered(Map<Answer, CompletableFuture<Answer>> answers) {
        void tell() {
            answers.forEach((answer, asked) -> asked.complete(answer));
        }
    }

    /** Refuses what leads upwards, unless the leader may be at it already. */
    void refuseUpwards(String words) {
        for (Waiting each : List.copyOf(waiting.values())) {
            if (each.command.kind().isUpwards() && !each.handedOver) {
                refuse(each, words);
            }
        }
    }

    private void refuse(Waiting each, String words) {
        UUID id = each.command.id();
        if (waiting.remove(id, each)) {
            each.answer.complete(new Answer(id, Answer.Outcome.REFUSED, words));
        }
    }

    /** What must outlive a restart of this gateway. */
    List<Command> kept() {
        return waiting.values().stream()
                .map(each -> each.command)
                .filter(command -> !command.kind().isUpwards())
                .toList();
    }
}
