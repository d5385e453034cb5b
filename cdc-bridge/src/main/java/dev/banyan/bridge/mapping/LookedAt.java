package dev.banyan.bridge.mapping;

import java.util.Set;

/**
 * The names of the events of which conditions about whole transactions look at what they tell.
 *
 * @param wholes those among {@code events} whose conditions may also look at the aggregate that a row of a list is of: with that, each row of a large
 *     aggregate is as large as all of it
 */
record LookedAt(Set<String> events, Set<String> wholes) {}
