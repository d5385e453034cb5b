package dev.banyan.bridge.run;

/** Stops the engine with nothing marked: what was in hand comes again. Never one of the exceptions Debezium would swallow. */
final class DeliveryFailed extends RuntimeException {

    private static final long serialVersionUID = 1L;

    DeliveryFailed(String message, Throwable cause) {
        super(message, cause);
    }
}
