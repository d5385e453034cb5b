package dev.banyan.gateway.shift;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What a route is doing. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "is")
@JsonSubTypes({
    @JsonSubTypes.Type(value = ShiftState.Running.class, name = "running"),
    @JsonSubTypes.Type(value = ShiftState.Holding.class, name = "holding"),
    @JsonSubTypes.Type(value = ShiftState.Waiting.class, name = "waiting"),
    @JsonSubTypes.Type(value = ShiftState.Paused.class, name = "paused"),
    @JsonSubTypes.Type(value = ShiftState.RolledBack.class, name = "rolled-back"),
    @JsonSubTypes.Type(value = ShiftState.Done.class, name = "done"),
    @JsonSubTypes.Type(value = ShiftState.Stopped.class, name = "stopped"),
    @JsonSubTypes.Type(value = ShiftState.ByHand.class, name = "by-hand"),
    @JsonSubTypes.Type(value = ShiftState.Capped.class, name = "capped")
})
public sealed interface ShiftState {

    /** A step has been reached, and time or evidence is awaited. */
    record Running(At at) implements OnSteps {}

    /** The time of the step is over, and the evidence is not enough to go on or back. */
    record Holding(At at, Instant since) implements OnSteps {}

    /** All that the step asks for is there but a person's word. */
    record Waiting(At at, Instant since) implements OnSteps {}

    /**
     * Nothing goes up before a person says so.
     *
     * @param failed whether a gate failed it, so that only new evidence counts afterwards
     */
    record Paused(At at, Instant since, boolean failed) implements OnSteps {}

    /**
     * It went back.
     *
     * @param at from where it will begin again, and where it stands meanwhile
     * @param retryAt when it begins again by itself; null when a person has to say so
     */
    record RolledBack(At at, Instant since, @Nullable Instant retryAt) implements OnSteps {}

    /** The last step is behind it. */
    record Done(At at, Instant since) implements OnSteps {}

    /** Its file says {@code off} or {@code retired}, whatever its steps. */
    record Stopped(Instant since) implements ShiftState {}

    /** Its file says where it stands. */
    record ByHand(Instant since) implements ShiftState {}

    /**
     * Its file says where it stands, but it was rolled back by command or trip-wire and stays at the baseline.
     *
     * @param asked the key of the whole file where that was asked, which may be newer than the leader's, or older; null where nobody said
     */
    record Capped(Instant since, @Nullable String asked) implements ShiftState {}

    /** A route that has steps and follows them. */
    sealed interface OnSteps extends ShiftState {
        At at();
    }

    /** The word for it in the journal, the status and the documentation. */
    default String word() {
        return switch (this) {
            case Running _ -> "running";
            case Holding _ -> "holding";
            case Waiting _ -> "waiting";
            case Paused _ -> "paused";
            case RolledBack _ -> "rolled-back";
            case Done _ -> "done";
            case Stopped _ -> "stopped";
            case ByHand _ -> "by-hand";
            case Capped _ -> "capped";
        };
    }
}
