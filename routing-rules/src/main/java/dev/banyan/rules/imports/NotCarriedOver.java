package dev.banyan.rules.imports;

import java.nio.file.Path;

/**
 * One thing of the source that the rules do not say, or say differently.
 *
 * @param line counted from 1
 * @param column counted from 1 in characters
 * @param where what it is about: {@code routes[orders]}
 * @param found what stands there
 * @param reason why, and what to do where there is something to do
 */
public record NotCarriedOver(Path file, int line, int column, String where, String found, String reason) {

    /** One line, beginning as compilers do, so that editors can jump to it. */
    @Override
    public String toString() {
        return file + ":" + line + ":" + column + ": " + where + ": " + found + ": not carried over: " + reason;
    }
}
