package dev.banyan.bench;

import dev.banyan.bench.load.LoadFailed;
import dev.banyan.bench.measure.Probe;
import dev.banyan.bench.measure.ProcessTree;
import dev.banyan.process.Child;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A program that runs and takes requests at {@code port}, and by HTTP/2 at {@code http2Port} if it was started for that: a
 * peer, or the upstream itself.
 */
record Running(
        String name,
        int port,
        @Nullable Integer http2Port,
        Child child,
        ProcessTree tree,
        @Nullable Probe probe,
        double readySeconds) {

    /** Returns it under another name. */
    Running named(String other) {
        return new Running(other, port, http2Port, child, tree, probe, readySeconds);
    }

    /** Returns it with the port where it speaks HTTP/2. */
    Running withHttp2(@Nullable Integer other) {
        return new Running(name, port, other, child, tree, probe, readySeconds);
    }

    /** Returns the bytes its JVM ever allocated, if it is one. */
    Optional<Long> allocatedBytes() {
        return ask(Probe::allocatedBytes);
    }

    /** Returns how long the compilers of its JVM have worked so far, in milliseconds, if it is one. */
    Optional<Long> compiledMillis() {
        return ask(Probe::compiledMillis);
    }

    /** Returns whether the compilers of its JVM have work left; false when it is none. */
    boolean isCompiling() {
        return ask(Probe::isCompiling).orElse(false);
    }

    private interface Question<T> {
        T of(Probe jvm) throws IOException;
    }

    private <T> Optional<T> ask(Question<T> question) {
        return Optional.ofNullable(probe).map(jvm -> {
            try {
                return question.of(jvm);
            } catch (IOException e) {
                throw new LoadFailed("it does not answer what its JVM knows: " + e.getMessage(), e);
            }
        });
    }

    /** Collects its garbage, if it is a JVM, and returns the heap then in use. */
    Optional<Long> liveBytes() {
        return ask(Probe::liveBytes);
    }
}
