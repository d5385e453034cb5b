package dev.banyan.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One program that {@link Children} started; its output goes to a file. */
public final class Child {

    private static final Duration POLL = Duration.ofMillis(20);

    private final Children.Role role;
    private final String name;
    private final Process process;
    private final Path log;
    private final long logStart;

    Child(Children.Role role, String name, Process process, Path log, long logStart) {
        this.role = role;
        this.name = name;
        this.process = process;
        this.log = log;
        this.logStart = logStart;
    }

    Children.Role role() {
        return role;
    }

    public String name() {
        return name;
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    Process process() {
        return process;
    }

    /** Ends the program at once, as {@code kill -9} does, and waits until it is gone. */
    public void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /** Asks the program to stop, and kills it when it has not after {@code patience}. */
    public void stop(Duration patience) {
        process.destroy();
        try {
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                kill();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until {@code ready} holds; throws with the end of the log when the program ends or {@code patience} does. */
    public void awaitReady(BooleanSupplier ready, Duration patience) throws InterruptedException {
        var deadline = System.nanoTime() + patience.toNanos();
        while (!ready.getAsBoolean()) {
            if (!process.isAlive()) {
                throw new ChildFailed(name + " ended with exit code " + process.exitValue() + ":\n" + logTail(20));
            }
            if (System.nanoTime() > deadline) {
                throw new ChildFailed(name + " is not ready after " + patience.toSeconds() + " s:\n" + logTail(20));
            }
            Thread.sleep(POLL);
        }
    }

    /** Waits for a line of output in which {@code pattern} is found, and returns the match. */
    public Matcher awaitLine(Pattern pattern, Duration patience) throws InterruptedException {
        awaitReady(() -> find(pattern).isPresent(), patience);
        return find(pattern).orElseThrow();
    }

    private Optional<Matcher> find(Pattern pattern) {
        var matcher = pattern.matcher(output());
        return matcher.find() ? Optional.of(matcher) : Optional.empty();
    }

    /** Returns the last {@code lines} lines this program has printed. */
    public String logTail(int lines) {
        List<String> all = output().lines().toList();
        return String.join("\n", all.subList(Math.max(0, all.size() - lines), all.size())) + "\n(" + log + ")";
    }

    /** What this program has printed so far; one that was started again appends to the file of its predecessor. */
    private String output() {
        try (var in = Files.newInputStream(log)) {
            in.skipNBytes(logStart);
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + log, e);
        }
    }
}
