package dev.banyan.bridge.lake;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;

/** Requests to a bucket, many at once: each takes some milliseconds to be answered and nearly none to be sent. */
final class SideBySide {

    private static final int AT_ONCE = 16;

    /** What is done with one of many. */
    @FunctionalInterface
    interface Request<T, R> {
        R of(T each) throws IOException;
    }

    private SideBySide() {}

    /** The answers to {@code request} for {@code all}, in their order; what one of them failed with ends them all. */
    static <T, R> List<R> of(List<T> all, Request<T, R> request) throws IOException {
        try (var threads =
                Executors.newFixedThreadPool(AT_ONCE, Thread.ofVirtual().factory())) {
            var asked = all.stream()
                    .map(each -> threads.submit(() -> request.of(each)))
                    .toList();
            var answers = new ArrayList<R>(all.size());
            try {
                for (var each : asked) {
                    answers.add(each.get());
                }
                return answers;
            } catch (ExecutionException e) {
                threads.shutdownNow();
                if (e.getCause() instanceof IOException cause) {
                    throw cause;
                }
                if (e.getCause() instanceof RuntimeException cause) {
                    throw cause;
                }
                throw new IllegalStateException(e);
            } catch (InterruptedException e) {
                threads.shutdownNow();
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while a bucket was asked");
            }
        }
    }
}
