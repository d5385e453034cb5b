package dev.banyan.bridge.cel;

/** What happened in place of a value. CEL carries it, wrapped, to who asked. */
final class Failure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String found;
    private final String expected;

    Failure(String found, String expected) {
        super(found);
        this.found = found;
        this.expected = expected;
    }

    String found() {
        return found;
    }

    String expected() {
        return expected;
    }
}
