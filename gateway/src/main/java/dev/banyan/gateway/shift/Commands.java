package dev.banyan.gateway.shift;

import dev.banyan.rules.Analysis;
import dev.banyan.rules.Standpoint;
import java.time.Instant;
import java.util.Objects;

/** What commands do to a route in each state. Asking twice is as asking once. */
final class Commands {

    private static final String BY_HAND = "the route is driven by hand: edit its stage and weight";
    private static final String STOPPED = "the file says off or retired, and that goes first: edit it";
    private static final String NO_WAY_BACK = "there is no way back by itself from complete";
    private static final String FROZEN = "the route is frozen: unfreeze it first";

    private Commands() {}

    static Result asked(Move move, Command command) {
        return switch (command.kind()) {
            case PROMOTE -> promote(move, command);
            case PAUSE -> pause(move, command);
            case RESUME -> resume(move, command);
            case ROLLBACK -> back(move, command);
            case TRIP -> trip(move, command);
            case FREEZE -> freeze(move, command, true);
            case UNFREEZE -> freeze(move, command, false);
        };
    }

    private static Result moves(Move move, ShiftState state, Command command, String words) {
        return move.to(state, command.kind().word(), words, null, command.by(), command.reason());
    }

    private static Result promote(Move move, Command command) {
        return switch (move.head().state()) {
            case ShiftState.Running(At at) -> promote(move, command, at);
            case ShiftState.Holding(At at, Instant _) -> promote(move, command, at);
            case ShiftState.Waiting(At at, Instant _) -> promote(move, command, at);
            case ShiftState.Paused(At at, Instant _, boolean _) -> promote(move, command, at);
            case ShiftState.RolledBack _ -> new Result.Refused("the route was rolled back: resume it first");
            case ShiftState.Done _ -> new Result.Same("the last step is behind it");
            case ShiftState.Stopped _ -> stopped(move);
            case ShiftState.ByHand _, ShiftState.Capped _ -> new Result.Refused(BY_HAND);
        };
    }

    private static Result promote(Move move, Command command, At at) {
        if (command.step() != null && !Objects.equals(command.step(), at.step())) {
            return new Result.Same("the route is at step " + at.step() + ", no longer at " + command.step());
        }
        return move.frozen() ? new Result.Refused(FROZEN) : moves(move, move.up(at), command, move.upTold(at));
    }

    private static Result pause(Move move, Command command) {
        return switch (move.head().state()) {
            case ShiftState.Running(At at) -> pause(move, command, at);
            case ShiftState.Holding(At at, Instant _) -> pause(move, command, at);
            case ShiftState.Waiting(At at, Instant _) -> pause(move, command, at);
            case ShiftState.Paused _ -> new Result.Same("the route is paused already");
            case ShiftState.RolledBack(At at, Instant since, Instant retryAt) ->
                retryAt == null
                        ? new Result.Same("the route was rolled back and waits for a person already")
                        : moves(
                                move,
                                new ShiftState.RolledBack(at, since, null),
                                command,
                                Head.told(at.standpoint()) + " does not begin again by itself");
            case ShiftState.Done _ -> new Result.Same("the last step is behind it");
            case ShiftState.Stopped _ -> stopped(move);
            case ShiftState.ByHand _, ShiftState.Capped _ -> new Result.Refused(BY_HAND);
        };
    }

    private static Result pause(Move move, Command command, At at) {
        return moves(
                move,
                new ShiftState.Paused(at, move.now(), false),
                command,
                Head.told(at.standpoint()) + " waits for a person");
    }

    private static Result resume(Move move, Command command) {
        return switch (move.head().state()) {
            case ShiftState.Paused(At at, Instant _, boolean failed) ->
                moves(
                        move,
                        new ShiftState.Running(unretried(failed ? at.withWindow(move.number(), move.now()) : at)),
                        command,
                        Head.told(at.standpoint()) + " goes on" + (failed ? ", on new evidence" : ""));
            case ShiftState.RolledBack _, ShiftState.Capped _ when move.frozen() -> new Result.Refused(FROZEN);
            case ShiftState.RolledBack(At at, Instant _, Instant _) -> {
                At again = move.at(at.step(), move.plan().standpointOf(at.step()), at);
                yield moves(
                        move,
                        new ShiftState.Running(unretried(again)),
                        command,
                        Head.told(at.standpoint()) + " -> " + Head.told(again.standpoint()) + ": begins again");
            }
            case ShiftState.Capped _ ->
                moves(
                        move,
                        new ShiftState.ByHand(move.now()),
                        command,
                        Head.told(move.head().standpoint(move.plan())) + " -> "
                                + Head.told(move.plan().file()) + ", as its file says");
            case ShiftState.Running _, ShiftState.Holding _, ShiftState.Waiting _ ->
                new Result.Same("the route goes on already");
            case ShiftState.Done _ -> new Result.Same("the last step is behind it");
            case ShiftState.Stopped _ -> stopped(move);
            case ShiftState.ByHand _ -> new Result.Same("the route stands where its file says already");
        };
    }

    /** Without the file's word, only a freeze keeps it from its first step. */
    private static Result stopped(Move move) {
        return new Result.Refused(move.plan().drive() == Plan.Drive.STOPPED ? STOPPED : FROZEN);
    }

    private static At unretried(At at) {
        return new At(at.step(), at.standpoint(), at.since(), at.window(), at.windowSince(), at.splitWindow(), 0);
    }

    private static Result back(Move move, Command command) {
        return switch (move.head().state()) {
            case ShiftState.RolledBack(At at, Instant _, Instant retryAt)
            when retryAt == null && at.standpoint().equals(Standpoint.BASELINE) ->
                new Result.Same("the route was rolled back already");
            case ShiftState.OnSteps on -> toBaseline(move, command, on.at(), null);
            case ShiftState.Stopped _ -> new Result.Same("the route is off already");
            case ShiftState.ByHand _ -> backByHand(move, command);
            case ShiftState.Capped _ ->
                isCapped(move, command)
                        ? new Result.Same("the route was rolled back already")
                        : cap(move, command, "an edit that the leader has not read");
        };
    }

    /** Where this file is not lowered, the one where it is asked may be. */
    private static Result backByHand(Move move, Command command) {
        Standpoint file = move.plan().file();
        return switch (Lowering.of(command.kind(), file.stage())) {
            case LOWERS -> cap(move, command, Head.told(file));
            case CHANGES_NOTHING ->
                isOfAnotherFile(move, command)
                        ? cap(move, command, Head.told(file))
                        : new Result.Same("the candidate serves nobody: the file says " + Head.told(file));
            case NO_WAY_BACK -> new Result.Same(NO_WAY_BACK);
        };
    }

    private static Result cap(Move move, Command command, String from) {
        return moves(
                move,
                new ShiftState.Capped(move.now(), command.whole()),
                command,
                from + " -> off, until it is resumed or its file is edited");
    }

    /** Whether the roll-back that holds here holds where this is asked, too. */
    private static boolean isCapped(Move move, Command command) {
        return command.whole() == null || move.head().isCappedFor(command.whole());
    }

    /** Whether the gateway that asks knows the route by another file than the leader, by which it may serve. */
    private static boolean isOfAnotherFile(Move move, Command command) {
        return command.whole() != null
                && !command.whole().equals(move.plan().keys().whole());
    }

    /** A trip-wire that goes off where the candidate serves nobody, or has no way back, changes nothing. */
    private static Result trip(Move move, Command command) {
        return switch (move.head().state()) {
            case ShiftState.OnSteps on ->
                switch (Lowering.of(command.kind(), on.at().standpoint().stage())) {
                    case LOWERS -> toBaseline(move, command, on.at(), retryAfter(move, on.at()));
                    case CHANGES_NOTHING -> new Result.Same("the candidate serves nobody");
                    case NO_WAY_BACK -> new Result.Same(NO_WAY_BACK);
                };
            case ShiftState.ByHand _ -> backByHand(move, command);
            case ShiftState.Capped _ when !isCapped(move, command) -> back(move, command);
            case ShiftState.Stopped _, ShiftState.Capped _ -> new Result.Same("the candidate serves nobody");
        };
    }

    private static @org.jspecify.annotations.Nullable Instant retryAfter(Move move, At at) {
        Analysis.OnFail rule = move.plan().onFail();
        return at.retries() < rule.autoRetriesMax() ? move.now().plus(rule.cooldown()) : null;
    }

    private static Result toBaseline(
            Move move, Command command, At at, @org.jspecify.annotations.Nullable Instant retryAt) {
        return moves(
                move,
                new ShiftState.RolledBack(move.at(0, Standpoint.BASELINE, at), move.now(), retryAt),
                command,
                Head.told(at.standpoint()) + " -> off: " + command.reason());
    }

    private static Result freeze(Move move, Command command, boolean frozen) {
        Head head = move.head();
        if (head.frozen() == frozen) {
            return new Result.Same(frozen ? "frozen already" : "not frozen");
        }
        return new Result.Moves(move.entry(
                move.after(head.state(), frozen),
                command.kind().word(),
                frozen ? "nothing goes up" : "may go up again",
                null,
                command.by(),
                command.reason()));
    }
}
