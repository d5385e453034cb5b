package dev.banyan.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All programs of one run. Closing it stops the applications, then the servers; a {@link Guard} ends them when we are killed. */
public final class Children implements AutoCloseable {

    private static final Pattern READY = Pattern.compile("READY \\w+ port=(\\d{1,5})(?: pid=(\\d{1,18}))?\\R");
    private static final Duration POLL = Duration.ofMillis(20);
    private static final Pattern RUNNING = Pattern.compile("([0-9]{1,18}) (\\S+) (.+)");

    /** When a program is stopped, applications before the servers they use, and how long it may take to end by itself. */
    public enum Role {
        /** A database server writes what it has in memory, and is a process of its own below ours. */
        SERVER(Duration.ofSeconds(30)),
        APPLICATION(Duration.ofSeconds(10));

        private final Duration stopPatience;

        Role(Duration stopPatience) {
            this.stopPatience = stopPatience;
        }
    }

    private final RunFolder folder;
    private final Guard guard;
    private final Map<String, Child> childByName = new LinkedHashMap<>();
    private final List<Apart> apart = new ArrayList<>();
    private final ReentrantLock closing = new ReentrantLock();
    private boolean closed;

    /** A server's process that does not end with the child {@code name} that started it. */
    private record Apart(String name, ProcessHandle process) {}

    public Children(RunFolder folder) {
        this.folder = folder;
        this.guard = Guard.start();
    }

    /** Starts {@code command}, whose output is appended to the log of {@code name}; replaces an ended child of that name. */
    public synchronized Child start(Role role, String name, List<String> command) {
        if (closed) {
            throw new IllegalStateException("start of " + name + " after everything was stopped");
        }
        var before = childByName.get(name);
        if (before != null && before.isAlive()) {
            throw new IllegalArgumentException(name + ": runs already as process " + before.pid());
        }
        var log = folder.log(name);
        try {
            var logStart = Files.exists(log) ? Files.size(log) : 0;
            var process = guard.start(new ProcessBuilder(command)
                    .directory(folder.path().toFile())
                    .redirectErrorStream(true)
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile())));
            var _ = process.onExit().thenAccept(ended -> gone(ended.pid()));
            var child = new Child(role, name, process, log, logStart);
            childByName.put(name, child);
            recordProcessIds();
            return child;
        } catch (IOException e) {
            throw new UncheckedIOException("starting " + name, e);
        }
    }

    /**
     * Waits until {@code server} says {@code READY NAME port=N}, and returns N. One that runs as another process says {@code pid=M}
     * too. That process may lead a session of its own and outlive the child, so it is watched, recorded and stopped like it.
     */
    public int awaitPort(Child server, Duration patience) throws InterruptedException {
        var ready = server.awaitLine(READY, patience);
        if (ready.group(2) != null) {
            ProcessHandle.of(Long.parseLong(ready.group(2)))
                    .ifPresent(process -> watch(new Apart(server.name(), process)));
        }
        return Integer.parseInt(ready.group(1));
    }

    private synchronized void watch(Apart server) {
        if (!closed) {
            guard.watch(server.process.pid());
            apart.add(server);
            var _ = server.process.onExit().thenAccept(ended -> gone(ended.pid()));
            recordProcessIds();
        }
    }

    private synchronized void gone(long pid) {
        if (!closed) {
            guard.forget(pid);
            recordProcessIds();
        }
    }

    /** Returns the child of that name, running or not. */
    public synchronized Child get(String name) {
        var child = childByName.get(name);
        if (child == null) {
            throw new IllegalArgumentException(name + ": was never started");
        }
        return child;
    }

    /** Returns the names of the children that run. */
    public synchronized List<String> running() {
        return childByName.values().stream()
                .filter(Child::isAlive)
                .map(Child::name)
                .toList();
    }

    /** Stops every child that runs, and returns when all have ended, whoever began. Nothing can be started afterwards. */
    @Override
    public void close() {
        closing.lock();
        try {
            stopAll();
        } finally {
            closing.unlock();
        }
    }

    private void stopAll() {
        List<Child> all;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            all = List.copyOf(childByName.values());
        }
        for (var role : List.of(Role.APPLICATION, Role.SERVER)) {
            var those = all.stream()
                    .filter(child -> child.role() == role && child.isAlive())
                    .toList();
            those.forEach(child -> child.process().destroy()); // all of them now, and then each its time
            those.forEach(child -> child.stop(role.stopPatience));
        }
        apart.forEach(server -> stop(server.process, Role.SERVER.stopPatience));
        guard.close();
        recordProcessIds();
    }

    private static void stop(ProcessHandle process, Duration patience) {
        var deadline = System.nanoTime() + patience.toNanos();
        for (var asked = false; hasProgram(process); asked = true) {
            if (!asked) {
                process.destroy();
            }
            try {
                Thread.sleep(POLL);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                deadline = System.nanoTime();
            }
            if (System.nanoTime() >= deadline) {
                process.destroyForcibly();
                return;
            }
        }
    }

    /** Whether a process has not ended; one whose parent never asks for its end, as in some containers, stays, but without a program. */
    private static boolean hasProgram(ProcessHandle process) {
        return process.isAlive() && process.info().command().isPresent();
    }

    private synchronized void recordProcessIds() {
        var lines = Stream.concat(
                        childByName.values().stream()
                                .filter(Child::isAlive)
                                .map(child -> line(child.process().toHandle(), child.name())),
                        apart.stream()
                                .filter(server -> hasProgram(server.process))
                                .map(server -> line(server.process, server.name)))
                .collect(Collectors.joining("\n"));
        try {
            if (lines.isEmpty()) {
                Files.deleteIfExists(folder.processIds());
            } else {
                var draft = Files.writeString(folder.path().resolve("pids.tmp"), lines + "\n");
                Files.move(draft, folder.processIds(), StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("writing " + folder.processIds(), e);
        }
    }

    private static String line(ProcessHandle process, String name) {
        return process.pid() + " " + startOf(process) + " " + name;
    }

    /** Returns {@code pid name} of each process below {@code runs} that an earlier run left behind, as far as can be read. */
    public static List<String> leftBehind(Path runs) {
        var left = new ArrayList<String>();
        try (var folders = Files.newDirectoryStream(runs)) {
            for (var folder : folders) {
                for (var line : lines(new RunFolder(folder).processIds())) {
                    var parts = RUNNING.matcher(line);
                    if (parts.matches() && isRunning(Long.parseLong(parts.group(1)), parts.group(2))) {
                        left.add(parts.group(1) + " " + parts.group(3));
                    }
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            return left; // a warning is all that is made of it
        }
        return left;
    }

    /** No lines of a file that is not there, that is another user's, or that a power cut has left without its text. */
    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            return List.of();
        }
    }

    private static boolean isRunning(long pid, String start) {
        return ProcessHandle.of(pid)
                .filter(handle -> startOf(handle).equals(start))
                .isPresent();
    }

    private static String startOf(ProcessHandle handle) {
        return handle.info().startInstant().map(Instant::toString).orElse("unknown");
    }
}
