package dev.banyan.bridge.run;

/** What is being read may be another server's log than the one that was checked: the next start checks it. */
final class ServerChanged extends RuntimeException {

    private static final long serialVersionUID = 1L;

    ServerChanged(String message) {
        super(message);
    }
}
