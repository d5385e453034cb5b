package dev.banyan.gateway.mirror;

import dev.banyan.gateway.backend.Failure;
import dev.banyan.gateway.compare.Reply;

/** What came of a request of which no caller hears. */
sealed interface Asked {

    /** How long it took until the reply's head, or until it was given up. */
    long nanos();

    /** A whole reply. */
    record Replied(Reply reply, long nanos) implements Asked {}

    /** No reply, or none within the time. */
    record Failed(Failure why, long nanos) implements Asked {}

    /** A reply with a longer body than is compared. */
    record TooLarge(int status, long nanos) implements Asked {}

    /** Whether this is an error of the side that was asked. */
    default boolean isError() {
        return switch (this) {
            case Replied replied -> replied.reply().status() >= 500;
            case Failed _ -> true;
            case TooLarge large -> large.status() >= 500;
        };
    }
}
