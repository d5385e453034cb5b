package dev.banyan.gateway.compare;

import dev.banyan.gateway.compare.JsonRules.Rule;
import tools.jackson.databind.node.ObjectNode;

/**
 * A place in JSON with what the rules say of it.
 *
 * @param hidden whether nothing from here on is ever shown
 */
record JsonSpot(JsonPlace place, JsonRules.Trail trail, Redaction redaction, boolean hidden) {

    /** An object with more keys than this maps ids to things. */
    static final int PROPERTIES_MAX = 50;

    static JsonSpot root(JsonRules rules, Redaction redaction) {
        JsonRules.Trail trail = rules.root();
        return new JsonSpot(JsonPlace.ROOT, trail, redaction, trail.rule(Rule.Hide.class) != null);
    }

    /** Returns the spot of a field of {@code in}, which lies here. */
    JsonSpot field(String name, boolean inMap) {
        return below(place.field(name, inMap), redaction.hides(name));
    }

    JsonSpot element(int index) {
        return below(place.element(Integer.toString(index)), false);
    }

    JsonSpot element(String label) {
        return below(place.element(label), false);
    }

    private JsonSpot below(JsonPlace next, boolean hide) {
        JsonRules.Trail further = trail.next(next);
        return new JsonSpot(next, further, redaction, hidden || hide || further.rule(Rule.Hide.class) != null);
    }

    static boolean isMap(ObjectNode node) {
        return node.size() > PROPERTIES_MAX;
    }
}
