package dev.banyan.rules;

import java.nio.file.Path;

/**
 * One thing that is wrong in a rule file.
 *
 * @param file empty when the rules did not come from a file
 * @param line counted from 1; 0 for the file as a whole
 * @param column counted from 1 in characters; 0 for the file as a whole
 * @param where what it is about: {@code routes[browse-catalog].weight}
 * @param found what stands there
 * @param expected what would do
 * @param kind what sort of mistake it is
 */
public record Problem(Path file, int line, int column, String where, String found, String expected, ProblemKind kind) {

    /** A value that its key cannot have, as most are. */
    public Problem(Path file, int line, int column, String where, String found, String expected) {
        this(file, line, column, where, found, expected, ProblemKind.WRONG_VALUE);
    }

    /** One line, beginning as compilers do, so that editors can jump to it. */
    @Override
    public String toString() {
        String place = line == 0 ? file.toString() : file + ":" + line + ":" + column;
        return place + ": " + where + ": " + found + " (expected: " + expected + ")";
    }
}
