package dev.banyan.rules;

import java.nio.file.Path;

/**
 * Where something stands in a file.
 *
 * @param file empty when it came from no file
 * @param line counted from 1; 0 when it came from no file
 * @param column counted from 1 in characters
 */
public record SourcePlace(Path file, int line, int column) {

    /** Where a rule made by a program stands. */
    public static final SourcePlace NONE = new SourcePlace(Path.of(""), 0, 0);

    /** {@code file:line:column}, as editors jump to; empty without a file. */
    @Override
    public String toString() {
        return line == 0 ? "" : file + ":" + line + ":" + column;
    }
}
