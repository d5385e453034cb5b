package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.Bridge;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/** The bridge's main in a JVM of its own, which costs four times what a {@link BridgeThread} does: to be killed, or for options of a JVM. */
final class BridgeProcess implements RunningBridge {

    private static final String READY = "READY bridge status=";

    private final Process process;
    private final Path log;
    private final HttpClient client = HttpClient.newHttpClient();

    /** Starts it with system properties {@code name=value}, and with options of the JVM, which begin with a dash. */
    BridgeProcess(Path folder, Path config, String... properties) throws IOException {
        log = Files.createTempFile(folder, "bridge", ".log");
        var command = ChildJava.command(Arrays.stream(properties)
                .map(property -> property.startsWith("-") ? property : "-D" + property)
                .toArray(String[]::new));
        command.addAll(List.of(Bridge.class.getName(), "run", "--config", config.toString()));
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
    }

    @Override
    public OptionalInt port() throws IOException {
        return log().lines()
                .filter(line -> line.startsWith(READY))
                .mapToInt(line -> Integer.parseInt(line.substring(READY.length())))
                .findFirst();
    }

    @Override
    public String log() throws IOException {
        return Files.readString(log);
    }

    @Override
    public HttpClient client() {
        return client;
    }

    @Override
    public boolean isAlive() {
        return process.isAlive();
    }

    /** How it ended and what it wrote; it has ended. */
    String end() throws IOException {
        return "exit " + process.exitValue() + "\n" + log();
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
