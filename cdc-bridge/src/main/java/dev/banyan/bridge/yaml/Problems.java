package dev.banyan.bridge.yaml;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Collects what is wrong with one file, so that a reader can go on and report everything at once. */
public final class Problems {

    private final Path file;
    private final Set<Problem> found = new LinkedHashSet<>();

    public Problems(Path file) {
        this.file = file;
    }

    /** Notes that the thing named {@code where}, at {@code place}, is {@code found} where {@code expected} would do. */
    public void add(Place place, String where, String found, String expected) {
        this.found.add(new Problem(file, place.line(), place.column(), where, found, expected));
    }

    /** {@code place} with the name of the file, for a message of later: {@code mapping.yaml:8:12}. */
    public String named(Place place) {
        return file.getFileName() + ":" + place.line() + ":" + place.column();
    }

    public boolean isEmpty() {
        return found.isEmpty();
    }

    /** The problems in the order of the file. */
    public List<Problem> inOrder() {
        return found.stream()
                .sorted(Comparator.comparing((Problem problem) -> new Place(problem.line(), problem.column())))
                .toList();
    }
}
