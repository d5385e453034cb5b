package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.Bridge;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The bridge's main in a JVM of its own. */
final class BridgeProcess implements AutoCloseable {

    private final Process process;
    private final Path log;
    private final HttpClient client = HttpClient.newHttpClient();

    /** Starts it with system properties {@code name=value}, and with options of the JVM, which begin with a dash. */
    BridgeProcess(Path folder, Path config, String... properties) throws IOException {
        this(folder, config, List.of(), properties);
    }

    /** The same with more arguments of the command. */
    BridgeProcess(Path folder, Path config, List<String> arguments, String... properties) throws IOException {
        log = Files.createTempFile(folder, "bridge", ".log");
        var command = ChildJava.command(Arrays.stream(properties)
                .map(property -> property.startsWith("-") ? property : "-D" + property)
                .toArray(String[]::new));
        command.addAll(List.of(Bridge.class.getName(), "run", "--config", config.toString()));
        command.addAll(arguments);
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
    }

    private URI address(String path) throws IOException {
        var ready = Files.readString(log)
                .lines()
                .filter(line -> line.startsWith("READY bridge status="))
                .findFirst();
        return URI.create("http://127.0.0.1:"
                + ready.map(line -> line.substring(line.indexOf('=') + 1)).orElseThrow() + path);
    }

    void awaitStreaming() throws Exception {
        awaitStreaming(Duration.ofMinutes(3));
    }

    /** A store with a large transaction takes its time to open. */
    void awaitStreaming(Duration most) throws Exception {
        Await.until("the process is ready", most, () -> {
            if (!process.isAlive()) {
                throw new AssertionError(Files.readString(log));
            }
            return Files.readString(log).contains("READY bridge status=");
        });
        try {
            Await.until("the process streams", most, () -> isWell("/health"));
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "\n" + Files.readString(log), e);
        }
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(address(path))
                .timeout(Duration.ofSeconds(10))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    String status() throws IOException, InterruptedException {
        return get("/status").body();
    }

    /** True when the process answers in time, and its status has all of {@code parts}. */
    boolean tells(String... parts) throws IOException, InterruptedException {
        if (!process.isAlive()) {
            throw new AssertionError(Files.readString(log));
        }
        if (!Files.readString(log).contains("READY bridge status=")) {
            return false;
        }
        try {
            var status = status();
            return Arrays.stream(parts).allMatch(status::contains);
        } catch (HttpTimeoutException _) {
            return false;
        }
    }

    long transactions() throws IOException, InterruptedException {
        return Long.parseLong(TestBridge.field(status(), "transactions"));
    }

    boolean isWell(String path) throws IOException, InterruptedException {
        try {
            return get(path).statusCode() == 200;
        } catch (HttpTimeoutException _) {
            return false;
        }
    }

    String get(String path, int expected) throws IOException, InterruptedException {
        var answer = get(path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(expected);
        return answer.body();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** How it ended and what it wrote; it has ended. */
    String end() throws IOException {
        return "exit " + process.exitValue() + "\n" + Files.readString(log);
    }

    /** Sends it a signal, by its name. */
    void signal(String name) throws IOException, InterruptedException {
        var sent = new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid()).start();
        assertThat(sent.waitFor()).isZero();
    }

    void kill() throws InterruptedException {
        process.destroyForcibly();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }

    @Override
    public void close() {
        client.close();
        if (process.isAlive()) {
            process.destroy();
            try {
                if (!process.waitFor(90, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
    }
}
