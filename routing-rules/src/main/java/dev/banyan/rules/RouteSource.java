package dev.banyan.rules;

import java.nio.file.Path;
import java.util.List;

/**
 * Where a route stands, or a backend or cohort, which has no matches.
 *
 * @param place of its entry
 */
record RouteSource(Path file, Yaml.Place place, List<Yaml.Place> matches) {

    RouteSource {
        matches = List.copyOf(matches);
    }

    /** The key of a backend among routes: no route has such a name. */
    static String backend(String name) {
        return "backends[" + name + "]";
    }

    /** The key of a cohort among routes. */
    static String cohort(String name) {
        return "cohorts[" + name + "]";
    }
}
