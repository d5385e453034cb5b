package dev.banyan.bridge.yaml;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects what is wrong with one file, so that a reader can go on and report everything at once. */
public final class Problems {

    private final Path file;
    private final List<Problem> found = new ArrayList<>();

    public Problems(Path file) {
        this.file = file;
    }

    /** Notes that the thing named {@code where}, at {@code place}, is {@code found} where {@code expected} would do. */
    public void add(Place place, String where, String found, String expected) {
        var problem = new Problem(file, place.line(), place.column(), where, found, expected);
        if (!this.found.contains(problem)) {
            this.found.add(problem);
        }
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
