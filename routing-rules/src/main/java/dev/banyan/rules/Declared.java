package dev.banyan.rules;

import java.nio.file.Path;
import java.util.List;

/**
 * A backend, cohort or route as it stands in a file, valid or not: a broken backend is still a known one.
 *
 * @param kind the list it stands in: {@code backends}
 */
record Declared(Path file, String kind, String name, Yaml.Fields fields) {

    /** A problem with the value of {@code key}. */
    void add(List<Problem> problems, String key, String found, String expected) {
        add(problems, key, fields.placeOf(key), found, expected);
    }

    /** A problem at {@code place}, somewhere within {@code key}. */
    void add(List<Problem> problems, String key, Yaml.Place place, String found, String expected) {
        String where = kind + "[" + name + "]." + key;
        problems.add(new Problem(file, place.line(), place.column(), where, found, expected));
    }
}
