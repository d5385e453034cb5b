package dev.banyan.bridge.run;

/** Work was broken off because its engine is closed. Nothing of it is stored, and it comes again. */
final class BrokenOff extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    BrokenOff(String message) {
        super(message);
    }
}
