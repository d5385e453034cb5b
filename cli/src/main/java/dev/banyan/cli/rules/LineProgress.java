package dev.banyan.cli.rules;

import java.io.Console;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongConsumer;

/** Says once a second on a terminal how many lines of a file were read; to anything else it says nothing. */
final class LineProgress implements LongConsumer {

    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Path file;
    private final PrintWriter err;
    private final boolean terminal;
    private long next = System.nanoTime() + PAUSE.toNanos();
    private boolean shown;

    LineProgress(Path file, PrintWriter err) {
        this.file = file;
        this.err = err;
        this.terminal =
                Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    }

    @Override
    public void accept(long line) {
        if (!terminal || (line & 0x3ff) != 0 || System.nanoTime() - next < 0) {
            return;
        }
        next = System.nanoTime() + PAUSE.toNanos();
        shown = true;
        err.print(String.format(Locale.ROOT, "\r%s: %,d lines", file, line));
        err.flush();
    }

    /** Leaves the line it wrote to. */
    void end() {
        if (shown) {
            err.println();
            err.flush();
        }
    }
}
