package dev.banyan.gateway.shift;

import dev.banyan.rules.gate.Judgement;

/** What may move a route. */
public sealed interface ShiftEvent {

    /** Its file is not the one it was. */
    record Edited() implements ShiftEvent {}

    /** The gates were asked. */
    record Judged(Judgement judgement) implements ShiftEvent {}

    /** Somebody, or a trip-wire, asks. */
    record Asked(Command command) implements ShiftEvent {}
}
