package dev.banyan.rules.imports;

import java.nio.file.Path;

/**
 * Where something stands in a file that is not ours.
 *
 * @param line counted from 1
 * @param column counted from 1 in characters
 */
record Place(Path file, int line, int column) {

    @Override
    public String toString() {
        return file + ":" + line + ":" + column;
    }
}
