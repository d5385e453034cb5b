package dev.banyan.gateway.chain;

/** The client left before its reply; carries no stack trace, since it says nothing about our code. */
final class ClientGone extends RuntimeException {

    private static final long serialVersionUID = 1L;

    ClientGone() {
        super("the client has gone", null, false, false);
    }
}
