package dev.banyan.bench.bridge;

/** A carrier that does not bring what it should, or rows that cannot be written; what was measured then is worth nothing. */
final class CarryFailed extends RuntimeException {

    private static final long serialVersionUID = 1L;

    CarryFailed(String message) {
        super(message);
    }
}
