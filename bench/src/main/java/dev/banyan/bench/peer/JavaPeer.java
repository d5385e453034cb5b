package dev.banyan.bench.peer;

import dev.banyan.process.Checkout;
import java.nio.file.Path;
import java.util.List;

/** A peer that is a Java library, served by a main class of this jar on the JVM's defaults. */
public record JavaPeer(String name, String description, boolean hasRoutes, Path jar, String mainClass) implements Peer {

    @Override
    public boolean speaksBothOnOnePort() {
        return true;
    }

    @Override
    public List<String> command(Place place) {
        return List.of(
                Checkout.java().toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                jar.toString(),
                mainClass,
                Integer.toString(place.port()),
                Integer.toString(place.upstreamPort()),
                Integer.toString(place.rules()),
                Boolean.toString(place.http2Port() != null));
    }
}
