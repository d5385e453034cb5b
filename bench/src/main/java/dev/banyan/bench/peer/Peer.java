package dev.banyan.bench.peer;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** A proxy that a run can start. */
public interface Peer {

    /** Returns the word for it on the command line and in reports. */
    String name();

    /** Returns name, version and what is not its default, for a reader who wants to do the same. */
    String description();

    /** Returns why it cannot be started here, if it cannot. */
    default Optional<String> missing() {
        return Optional.empty();
    }

    /** Returns true if it has routes, so that their number can cost something. */
    default boolean hasRoutes() {
        return false;
    }

    /** Returns true if it speaks HTTP/1.1 and HTTP/2 on one port, false if the latter has a port of its own. */
    default boolean speaksBothOnOnePort() {
        return false;
    }

    /** Writes what it needs into the place's folder and returns the command that starts it. */
    List<String> command(Place place) throws IOException;
}
