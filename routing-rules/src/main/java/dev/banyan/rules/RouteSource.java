package dev.banyan.rules;

import java.nio.file.Path;
import java.util.List;

/** Where a route stands in its file: the place of its name, and of each of its matches. */
record RouteSource(Path file, Yaml.Place name, List<Yaml.Place> matches) {

    RouteSource {
        matches = List.copyOf(matches);
    }
}
