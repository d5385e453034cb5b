package dev.banyan.bridge.contract;

import dev.banyan.bridge.yaml.Place;
import java.nio.file.Path;
import java.util.List;

/**
 * One difference between a mapping and the contracts that were written of it before: where the mapping says it, what is found there and
 * what readers of {@code types} expect.
 */
public record Finding(boolean isBreaking, Place at, String where, String found, String expected, List<String> types) {

    public Finding {
        types = List.copyOf(types);
    }

    /** As a line of text about {@code file}, in the form that editors turn into a link. */
    public String line(Path file) {
        return file + ":" + at.line() + ":" + at.column() + ": " + (isBreaking ? "breaking: " : "") + where + ": "
                + found
                + " (" + (isBreaking ? "expected: " : "before: ") + expected + ") in " + types.getFirst()
                + (types.size() == 1 ? "" : " and " + (types.size() - 1) + " more");
    }
}
