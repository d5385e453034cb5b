package dev.banyan.gateway.backend;

/** A call that brought no usable reply; carries no stack trace, since it says nothing about our code. */
public final class BackendFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Failure failure;

    public BackendFailure(Failure failure) {
        super(failure.name(), null, false, false);
        this.failure = failure;
    }

    public Failure failure() {
        return failure;
    }
}
