package dev.banyan.gateway.shift;

/**
 * The stretch of time whose evidence counts together.
 *
 * @param generation of the route
 * @param began the number of the journal entry that began it
 */
public record WindowKey(String route, long generation, long began) {

    static WindowKey of(Head head, At at) {
        return new WindowKey(head.route(), head.generation(), at.window());
    }
}
