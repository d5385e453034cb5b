package dev.banyan.rules;

import java.nio.file.Path;
import java.util.List;

/** Where the matches of a route stand, for messages. */
record RouteSource(Path file, List<Yaml.Place> matches) {

    RouteSource {
        matches = List.copyOf(matches);
    }
}
