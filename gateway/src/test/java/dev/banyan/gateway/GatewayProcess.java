package dev.banyan.gateway;

import dev.banyan.gateway.faults.ChildJava;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A gateway as a process of its own, which ends with the test. */
final class GatewayProcess implements AutoCloseable {

    private static final Pattern READY = Pattern.compile("READY gateway port=(\\d+) admin=(\\d+)(?: http2=(\\d+))?");

    private final Process process;
    private final Path output;
    private final Matcher ready;

    private GatewayProcess(Process process, Path output) throws Exception {
        this.process = process;
        this.output = output;
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        Matcher said = READY.matcher(said());
        while (!said.find()) {
            if (!process.isAlive() || System.nanoTime() > end) {
                process.destroyForcibly();
                throw new AssertionError("not started: " + said());
            }
            Thread.sleep(10);
            said = READY.matcher(said());
        }
        this.ready = said;
    }

    /**
     * Starts one on free ports.
     *
     * @param before what stands before {@code java} on the command line
     * @param java options of the JVM
     * @param options of the gateway, but for its ports and its run folder
     */
    static GatewayProcess start(Path folder, List<String> before, List<String> java, List<String> options)
            throws Exception {
        var command = new ArrayList<>(before);
        command.addAll(ChildJava.command(java));
        command.add(Gateway.class.getName());
        command.addAll(List.of("--port", "0", "--admin-port", "0", "--drain", "1"));
        command.addAll(List.of("--run-dir", folder.resolve("run").toString()));
        command.addAll(options);
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        return new GatewayProcess(process, output);
    }

    int port() {
        return Integer.parseInt(ready.group(1));
    }

    int adminPort() {
        return Integer.parseInt(ready.group(2));
    }

    /** The port of HTTP/2, which the options must have asked for. */
    int http2Port() {
        return Integer.parseInt(ready.group(3));
    }

    Process process() {
        return process;
    }

    /** All it has written so far. */
    String said() throws IOException {
        return Files.exists(output) ? Files.readString(output) : "";
    }

    /** Sends a signal, such as {@code STOP}. */
    void signal(String name) throws Exception {
        int exit = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .inheritIO()
                .start()
                .waitFor();
        if (exit != 0) {
            throw new IOException("kill -" + name + ": exit " + exit);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
