package dev.banyan.rules;

/** Which of a route's two backends a caller is assigned to. */
public enum Side {
    /** What has always served: the legacy application. */
    BASELINE,
    /** What takes over. */
    CANDIDATE
}
