package dev.banyan.gateway.framing;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/** Clients that ask at the same time, each in its own way. */
public final class Clients {

    private Clients() {}

    /** What one of them does, and finds. */
    public interface Client<T> {
        T ask(int number) throws Exception;
    }

    /** Returns what {@code count} clients find, the first of which has the number {@code from}; so many ask {@code atOnce}. */
    public static <T> List<T> ask(int from, int count, int atOnce, Client<T> client) throws Exception {
        var room = new Semaphore(atOnce);
        List<Future<T>> results = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = from; i < from + count; i++) {
                int number = i;
                room.acquire();
                results.add(threads.submit(() -> {
                    try {
                        return client.ask(number);
                    } finally {
                        room.release();
                    }
                }));
            }
        }
        List<T> found = new ArrayList<>();
        for (Future<T> each : results) {
            found.add(each.get());
        }
        return found;
    }
}
