package dev.banyan.bridge.source;

/** What no statement of a plan mends, in words, and what it {@code keepsFrom}. */
public record Obstacle(From keepsFrom, String what) {

    /** What a bridge cannot do for it. */
    public enum From {
        GOING_ON,
        /** A first start only: a bridge that has begun loses no more by going on than by waiting. */
        BEGINNING
    }
}
