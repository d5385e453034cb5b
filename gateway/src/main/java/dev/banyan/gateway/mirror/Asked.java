package dev.banyan.gateway.mirror;

import dev.banyan.gateway.backend.Failure;

/** What came of a request of which no caller hears. */
sealed interface Asked {

    /** A whole reply, or the head of one with a longer body than is compared; the head came after so long. */
    record Replied(Kept reply, long headNanos) implements Asked {}

    /** No reply, or none within the time. */
    record Failed(Failure why) implements Asked {}

    /** It was not sent, or what came was not the other side's. */
    record NotSent(Skipped why) implements Asked {}
}
