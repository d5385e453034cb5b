package dev.banyan.bridge.yaml;

import java.nio.file.Path;

/** One thing wrong with a file: where it stands, the name of the thing, what was found and what would do. */
public record Problem(Path file, int line, int column, String where, String found, String expected) {

    /** The form compilers use, which editors turn into a link. */
    @Override
    public String toString() {
        return file + ":" + line + ":" + column + ": " + where + ": " + found + " (expected: " + expected + ")";
    }
}
