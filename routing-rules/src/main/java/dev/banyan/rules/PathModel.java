package dev.banyan.rules;

/**
 * What a {@link Backend} is known to make of a path that can be read in several ways. What is not known may happen or
 * not, and a request that this lets come out on either side of a rule is refused.
 *
 * @param stripsParameters drops {@code ;name=value} from path elements, as servlet containers do
 * @param mergesSlashes reads {@code //} as {@code /}
 * @param resolvesDots walks {@code .} and {@code ..} before it looks for what serves the path
 * @param ignoresCase takes {@code /Orders} and {@code /orders} for the same path; false is a promise here, not a doubt
 */
public record PathModel(boolean stripsParameters, boolean mergesSlashes, boolean resolvesDots, boolean ignoresCase) {

    /** Nothing is known, but that case matters. */
    public static final PathModel UNKNOWN = new PathModel(false, false, false, false);
}
