package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.OptionalInt;

/** A bridge that runs by a configuration, as its command does, and what its pages tell. */
interface RunningBridge extends AutoCloseable {

    /** The port of its pages; empty as long as it has none. */
    OptionalInt port() throws IOException;

    boolean isAlive();

    /** All that it wrote. */
    String log() throws IOException;

    /** Who asks its pages. */
    HttpClient client();

    /** Ends it in order. */
    @Override
    void close();

    default void awaitStreaming() throws Exception {
        awaitStreaming(Duration.ofMinutes(3));
    }

    /** A store with a large transaction takes its time to open. */
    default void awaitStreaming(Duration most) throws Exception {
        Await.until("it is ready", most, () -> {
            if (!isAlive()) {
                throw new AssertionError(log());
            }
            return port().isPresent();
        });
        try {
            Await.until("it streams", most, () -> isWell("/health"));
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "\n" + log(), e);
        }
    }

    private HttpResponse<String> answer(String path) throws IOException, InterruptedException {
        var uri = URI.create("http://127.0.0.1:" + port().orElseThrow() + path);
        var request =
                HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(10)).build();
        return client().send(request, HttpResponse.BodyHandlers.ofString());
    }

    default String status() throws IOException, InterruptedException {
        return answer("/status").body();
    }

    /** True when it answers in time, and its status has all of {@code parts}. */
    default boolean tells(String... parts) throws IOException, InterruptedException {
        if (!isAlive()) {
            throw new AssertionError(log());
        }
        if (port().isEmpty()) {
            return false;
        }
        try {
            var status = status();
            return Arrays.stream(parts).allMatch(status::contains);
        } catch (HttpTimeoutException _) {
            return false;
        }
    }

    default long transactions() throws IOException, InterruptedException {
        return Long.parseLong(TestBridge.field(status(), "transactions"));
    }

    default boolean isWell(String path) throws IOException, InterruptedException {
        try {
            return answer(path).statusCode() == 200;
        } catch (HttpTimeoutException _) {
            return false;
        }
    }

    default String get(String path, int expected) throws IOException, InterruptedException {
        var answer = answer(path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(expected);
        return answer.body();
    }
}
