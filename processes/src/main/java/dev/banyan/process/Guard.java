package dev.banyan.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * A small shell that outlives this program by a moment: it reads the ids of our children from a pipe, and when the pipe
 * closes without a goodbye (this program was killed with -9), it ends them.
 */
public final class Guard implements AutoCloseable {

    /*
     * Java cannot ask the kernel to end a child with its parent, and macOS has nothing of the kind. A pipe works everywhere:
     * however this program ends, its end of the pipe closes. Ctrl-C reaches the whole group, and so does Ctrl-\, of which a
     * JVM only prints its threads: the shell ignores both.
     */
    private static final String SCRIPT = """
            trap '' INT HUP QUIT TERM
            pids=
            while read -r verb pid; do
              case $verb in
                watch) pids="$pids $pid " ;;
                forget) pids=$(echo "$pids" | sed "s/ $pid / /") ;;
                goodbye) exit 0 ;;
              esac
            done
            for pid in $pids; do kill -TERM "$pid"; done
            for second in 1 2 3 4 5 6 7 8 9 10; do
              left=
              for pid in $pids; do if kill -0 "$pid"; then left=yes; fi; done
              [ -n "$left" ] || exit 0
              sleep 1
            done
            for pid in $pids; do kill -KILL "$pid"; done
            """;

    private final Process shell;

    private Guard(Process shell) {
        this.shell = shell;
    }

    /** Starts a guard that watches nothing yet. */
    public static Guard start() {
        try {
            return new Guard(new ProcessBuilder("/bin/sh", "-c", SCRIPT)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start());
        } catch (IOException e) {
            throw new UncheckedIOException("starting /bin/sh to guard the processes", e);
        }
    }

    /** Starts a program that ends when this one does; what cannot be watched is not left running. */
    public Process start(ProcessBuilder command) throws IOException {
        var process = command.start();
        try {
            watch(process.pid());
            return process;
        } catch (UncheckedIOException e) {
            process.destroyForcibly();
            throw e;
        }
    }

    /** Ends {@code pid} too when this program is killed. */
    void watch(long pid) {
        tell("watch " + pid);
    }

    /** {@code pid} has ended; its number may soon be another program's. */
    public void forget(long pid) {
        tell("forget " + pid);
    }

    /** Returns the guard's own process id. */
    long pid() {
        return shell.pid();
    }

    private synchronized void tell(String line) {
        try {
            var pipe = shell.getOutputStream();
            pipe.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
            pipe.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("telling the guard: " + line, e);
        }
    }

    /** Lets the guard go without ending anything. */
    @Override
    public void close() {
        if (!shell.isAlive()) {
            return;
        }
        tell("goodbye 0");
        try {
            if (!shell.waitFor(2, TimeUnit.SECONDS)) {
                shell.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
