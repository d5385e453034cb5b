package dev.banyan.rules;

import java.nio.file.Path;
import java.util.List;

/** Where a route stands in its file: the place of its name, and of each of its matches. */
record RouteSource(Path file, Place name, List<Place> matches) {

    RouteSource {
        matches = List.copyOf(matches);
    }

    /** A line and a column, both counted from 1. */
    record Place(int line, int column) {}
}
