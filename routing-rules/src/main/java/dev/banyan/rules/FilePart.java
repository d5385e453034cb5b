package dev.banyan.rules;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What one file says, as it is remembered while it is sound: no text and no tree of its routes, only what became of them.
 *
 * @param digest of the file's bytes
 * @param head the document with those of its routes only of which something has to be said: none, when it is sound
 * @param defaults what the routes were filled with, as {@link Defaults#ofRoutes} says it
 * @param sources of the routes, in their order
 * @param letGo names of routes that are neither: of too many something has to be said
 */
record FilePart(
        String digest, Yaml head, String defaults, List<Route> routes, List<RouteSource> sources, Set<String> letGo) {

    FilePart {
        routes = List.copyOf(routes);
        sources = List.copyOf(sources);
        letGo = Set.copyOf(letGo);
    }

    List<String> names() {
        return routes.stream().map(Route::name).toList();
    }

    /** Says where each route stands, under its name. */
    void addTo(Map<String, RouteSource> byName) {
        for (int i = 0; i < routes.size(); i++) {
            byName.put(routes.get(i).name(), sources.get(i));
        }
    }
}
