package dev.banyan.cli.demo;

import dev.banyan.cli.report.StepReport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** What the person in front of the terminal sees, and the Enter key between steps. */
final class Screen {

    private static final Pattern PLAIN = Pattern.compile("[\\w./+:@%-]+");

    private final PrintStream out;
    private final boolean pauses;
    private final BufferedReader keyboard =
            new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset()));
    private volatile boolean silent;

    Screen(PrintStream out, boolean pauses) {
        this.out = out;
        this.pauses = pauses;
    }

    void line(String text) {
        if (!silent) {
            out.println(text);
            out.flush();
        }
    }

    /** Something to open or to type in another window. */
    void look(String text) {
        line("    look: " + text);
    }

    /** A path as a shell takes it. */
    static String typed(Path path) {
        var text = path.toString();
        return PLAIN.matcher(text).matches() ? text : "'" + text.replace("'", "'\\''") + "'";
    }

    void begin(int number, int of, String title) {
        line("");
        line("[" + number + "/" + of + "] " + title);
    }

    void end(StepReport step) {
        step.figures().forEach((name, value) -> line("      %-34s %s".formatted(name, value)));
        step.broken().forEach(claim -> line("    BROKEN: " + claim));
        line("    " + (step.held() ? "held" : "DID NOT HOLD") + " (" + step.seconds() + " s)");
    }

    /** Waits for Enter where somebody is there to press it. */
    void pause() {
        if (!pauses || silent) {
            return;
        }
        out.print("    [Enter] goes on, Ctrl-C stops everything ");
        out.flush();
        try {
            var _ = keyboard.readLine(); // the end of the input goes on too
        } catch (IOException e) {
            throw new UncheckedIOException("waiting for Enter", e);
        }
    }

    /** The run is being broken off: errors that this causes are nobody's business. */
    void silence() {
        silent = true;
    }
}
