package dev.banyan.cli.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Things that can be done at the same time. */
final class Parallel {

    private Parallel() {}

    /** Something that takes time and may fail. */
    interface Task {
        void run() throws Exception;
    }

    /** Does all {@code tasks}, waits for all, and throws what the first of them that failed threw. */
    static void all(Task... tasks) throws InterruptedException {
        var futures = new ArrayList<Future<?>>();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var task : List.of(tasks)) {
                futures.add(executor.submit(() -> {
                    task.run();
                    return null;
                }));
            }
        }
        for (var future : futures) {
            try {
                var _ = future.get();
            } catch (ExecutionException e) {
                throw e.getCause() instanceof RuntimeException known ? known : new IllegalStateException(e.getCause());
            }
        }
    }
}
