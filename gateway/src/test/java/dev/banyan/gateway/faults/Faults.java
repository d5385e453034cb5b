package dev.banyan.gateway.faults;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** A backend that can be stopped, killed and cut off, in a network that is this program's own. */
public final class Faults implements AutoCloseable {

    private final String name;
    private final int port;
    private final Path history;
    private Process process;

    public Faults(String name, Path history) throws Exception {
        this.name = name;
        this.history = history;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        process = launch();
    }

    /** Makes this network work, and cuts possible; only in a namespace of its own. */
    public static void openNetwork() throws Exception {
        run("ip", "link", "set", "lo", "up");
        run("nft", "add table inet faults");
        run("nft", "add chain inet faults in { type filter hook input priority 0; }");
    }

    /** Skips a test where this machine lets us mount nothing for ourselves, or fails it when {@code BANYAN_REQUIRE} names unshare. */
    public static void needsMounts() throws InterruptedException {
        if (!works("unshare", "-rm", "mount", "-t", "tmpfs", "none", "/tmp")) {
            String required = System.getenv().getOrDefault("BANYAN_REQUIRE", "");
            if (List.of(required.split(",", -1)).contains("unshare")) {
                Assertions.fail("unshare and mount do not work here, and BANYAN_REQUIRE asks for it");
            }
            Assumptions.abort("unshare and mount do not work here");
        }
    }

    /** Whether a command can be run and ends with 0. */
    public static boolean works(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    public String url() {
        return "http://127.0.0.1:" + port;
    }

    /** Everything to it vanishes, or is answered with a reset. */
    public void cut(boolean reset) throws Exception {
        String then = reset ? "reject with tcp reset" : "drop";
        run("nft", "add rule inet faults in tcp dport " + port + " " + then);
    }

    public static void restore() throws Exception {
        run("nft", "flush chain inet faults in");
    }

    public void freeze() throws Exception {
        run("kill", "-STOP", Long.toString(process.pid()));
    }

    public void goOn() throws Exception {
        run("kill", "-CONT", Long.toString(process.pid()));
    }

    public void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    public void restart() throws Exception {
        process = launch();
    }

    /** A time that it was not run. */
    public record Standstill(long from, long to) {}

    /** Returns the times it was not run, whoever stopped it. */
    public List<Standstill> standstills() throws IOException {
        Path written = HistoryServer.standstills(history);
        if (!Files.exists(written)) {
            return List.of();
        }
        return Files.readAllLines(written).stream()
                .map(line -> line.split(" ", -1))
                .filter(line -> line.length == 2) // it may be killed as it writes
                .map(line -> new Standstill(Long.parseLong(line[0]), Long.parseLong(line[1])))
                .toList();
    }

    private Process launch() throws Exception {
        var command = ChildJava.command("-Xmx64m");
        command.addAll(List.of(HistoryServer.class.getName(), Integer.toString(port), history.toString()));
        Process started = new ProcessBuilder(command)
                .inheritIO()
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!answers()) {
            if (!started.isAlive() || System.nanoTime() > end) {
                throw new IOException(name + " did not start");
            }
            Thread.sleep(10);
        }
        return started;
    }

    private boolean answers() {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private static void run(String... command) throws Exception {
        Process process = new ProcessBuilder(List.of(command)).inheritIO().start();
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": exit " + process.exitValue());
        }
    }

    @Override
    public void close() {
        kill();
    }
}
