package dev.banyan.cli.load;

import java.net.http.HttpHeaders;
import java.util.Optional;

/** A whole reply as a person's browser got it, with what the gateway reveals about its way. */
public record Reply(int status, HttpHeaders headers, String text) {

    /** Returns the name of the route, {@code -} when none matched or the gateway does not reveal it. */
    public String route() {
        return headers.firstValue("X-Banyan-Route").orElse("-");
    }

    /** Returns the backend that served, {@code unknown} when the gateway does not reveal it. */
    public String backend() {
        return headers.firstValue("X-Banyan-Backend").orElse("unknown");
    }

    /** Returns {@code baseline} or {@code candidate}: the side this person was given, whoever served in the end. */
    public Optional<String> assigned() {
        return headers.firstValue("X-Banyan-Assigned");
    }

    public Optional<String> location() {
        return headers.firstValue("Location");
    }
}
