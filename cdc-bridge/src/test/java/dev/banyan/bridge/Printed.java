package dev.banyan.bridge;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** A command of the bridge that was run, and what it printed. */
public record Printed(int exitCode, String out, String err) {

    /** Runs {@code arguments} in this process. */
    public static Printed of(String... arguments) {
        var out = System.out;
        var err = System.err;
        var outBytes = new ByteArrayOutputStream();
        var errBytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(outBytes, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(errBytes, true, StandardCharsets.UTF_8));
        try {
            var exitCode = Bridge.commandLine().execute(arguments);
            return new Printed(
                    exitCode, outBytes.toString(StandardCharsets.UTF_8), errBytes.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }
}
