package dev.banyan.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

/** All programs of one run. Closing it stops the applications, then the servers; a {@link Guard} ends them when we are killed. */
public final class Children implements AutoCloseable {

    private static final Duration STOP_PATIENCE = Duration.ofSeconds(10);

    /** When a program is stopped: applications before the servers they use. */
    public enum Role {
        SERVER,
        APPLICATION
    }

    private final RunFolder folder;
    private final Guard guard;
    private final Map<String, Child> childByName = new LinkedHashMap<>();
    private final ReentrantLock closing = new ReentrantLock();
    private boolean closed;

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
            var process = new ProcessBuilder(command)
                    .directory(folder.path().toFile())
                    .redirectErrorStream(true)
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            guard.watch(process.pid());
            var _ = process.onExit().thenAccept(ended -> gone(ended.pid()));
            var child = new Child(role, name, process, log, logStart);
            childByName.put(name, child);
            recordProcessIds();
            return child;
        } catch (IOException e) {
            throw new UncheckedIOException("starting " + name, e);
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
            those.forEach(child -> child.stop(STOP_PATIENCE));
        }
        guard.close();
        recordProcessIds();
    }

    private synchronized void recordProcessIds() {
        var lines = childByName.values().stream()
                .filter(Child::isAlive)
                .map(child -> child.pid() + " " + startOf(child.process().toHandle()) + " " + child.name())
                .collect(Collectors.joining("\n"));
        try {
            if (lines.isEmpty()) {
                Files.deleteIfExists(folder.processIds());
            } else {
                Files.writeString(folder.processIds(), lines + "\n");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("writing " + folder.processIds(), e);
        }
    }

    /** Returns {@code pid name} of each process below {@code runs} that an earlier run left behind. */
    public static List<String> leftBehind(Path runs) {
        if (!Files.isDirectory(runs)) {
            return List.of();
        }
        try (var files = Files.find(runs, 2, (path, attributes) -> path.endsWith("pids"))) {
            var left = new ArrayList<String>();
            for (var file : files.toList()) {
                for (var line : Files.readAllLines(file)) {
                    var parts = line.split(" ", 3);
                    var pid = Long.parseLong(parts[0]);
                    var same =
                            ProcessHandle.of(pid).map(handle -> startOf(handle).equals(parts[1]));
                    if (same.orElse(false)) {
                        left.add(pid + " " + parts[2]);
                    }
                }
            }
            return left;
        } catch (IOException e) {
            throw new UncheckedIOException("looking for processes of earlier runs in " + runs, e);
        }
    }

    private static String startOf(ProcessHandle handle) {
        return handle.info().startInstant().map(Instant::toString).orElse("unknown");
    }
}
