package dev.banyan.bench.peer;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;

/** HAProxy with one thread, and connections to the upstream that any request may use. */
public record Haproxy() implements Peer {

    private static final String CONFIGURATION = """
            global
              nbthread 1
              maxconn 11000
              no strict-limits
            defaults
              mode http
              timeout connect 5s
              timeout client 65s
              timeout server 65s
              option forwardfor
            frontend front
              bind 127.0.0.1:@PORT@ backlog 4096
              @HTTP2@
              default_backend application
            backend application
              http-reuse always
              server upstream 127.0.0.1:@UPSTREAM@
            """;

    @Override
    public String name() {
        return "haproxy";
    }

    @Override
    public String description() {
        return Program.version("haproxy", "-v").replaceAll(" - .*", "") + ", one thread, `http-reuse always`, no log";
    }

    @Override
    public Optional<String> missing() {
        return Program.missing("haproxy", "haproxy");
    }

    @Override
    public List<String> command(Place place) throws IOException {
        var file = place.folder().resolve("haproxy.cfg");
        Files.writeString(file, place.fill(CONFIGURATION, "bind 127.0.0.1:@HTTP2_PORT@ proto h2 backlog 4096"));
        return List.of(Program.find("haproxy").orElseThrow().toString(), "-db", "-f", file.toString());
    }
}
