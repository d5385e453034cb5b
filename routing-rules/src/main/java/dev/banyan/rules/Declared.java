package dev.banyan.rules;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A backend, cohort or route as it stands in a file, valid or not: a broken backend is still a known one.
 *
 * @param kind the list it stands in: {@code backends}
 * @param fields with what it takes from the defaults
 * @param inherited the keys that it takes from there
 * @param defaults the file of the defaults; null when nothing is inherited
 */
record Declared(
        Path file,
        String kind,
        String name,
        Yaml.Fields fields,
        Set<String> inherited,
        @Nullable Path defaults) {

    Declared(Path file, String kind, String name, Yaml.Fields fields) {
        this(file, kind, name, fields, Set.of(), null);
    }

    /** Whether a key is said here, and not by the defaults. */
    boolean says(String key) {
        return fields.get(key) != null && !inherited.contains(key);
    }

    /** A value that {@code key} cannot have. */
    void add(List<Problem> problems, String key, String found, String expected) {
        add(problems, ProblemKind.WRONG_VALUE, key, found, expected);
    }

    /** A problem with the value of {@code key}. */
    void add(List<Problem> problems, ProblemKind problem, String key, String found, String expected) {
        add(problems, problem, key, fields.placeOf(key), found, expected);
    }

    /** A value that {@code key} cannot have, at {@code place}, somewhere within it. */
    void add(List<Problem> problems, String key, Yaml.Place place, String found, String expected) {
        add(problems, ProblemKind.WRONG_VALUE, key, place, found, expected);
    }

    /** A problem at {@code place}, somewhere within {@code key}. */
    void add(List<Problem> problems, ProblemKind problem, String key, Yaml.Place place, String found, String expected) {
        int dot = key.indexOf('.');
        if (defaults != null && inherited.contains(dot < 0 ? key : key.substring(0, dot))) {
            String where = "defaults." + kind.substring(0, kind.length() - 1) + "." + key;
            problems.add(new Problem(defaults, place.line(), place.column(), where, found, expected, problem));
            return;
        }
        String where = kind + "[" + name + "]." + key;
        problems.add(new Problem(file, place.line(), place.column(), where, found, expected, problem));
    }

    /** A problem with a key that is not there. */
    void addMissing(List<Problem> problems, String key, String expected) {
        Yaml.Place place = fields.place();
        String where = kind + "[" + name + "]";
        String found = "no \"" + key + "\"";
        problems.add(new Problem(
                file, place.line(), place.column(), where, found, key + ": " + expected, ProblemKind.MISSING_KEY));
    }
}
