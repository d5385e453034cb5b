package dev.banyan.servers;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;

/**
 * Runs one server as a process of its own until SIGTERM: {@code postgres|kafka --dir DIR [--port N]}. Prints
 * {@code READY postgres port=N pid=M} once it takes connections, with the id of PostgreSQL's own process, which is not among those that end with this
 * one; exit code 2 when the arguments are wrong.
 */
public final class LocalServers {

    private static final String USAGE = "usage: local-servers postgres|kafka --dir DIR [--port N]";

    private LocalServers() {}

    private record Request(String server, Path folder, int port) {

        static Request parse(List<String> args) {
            var rest = new ArrayDeque<>(args);
            var server = next(rest, "a server");
            if (!List.of("postgres", "kafka").contains(server)) {
                throw new IllegalArgumentException("server: " + server + " (expected: postgres or kafka)");
            }
            Path folder = null;
            var port = 0;
            while (!rest.isEmpty()) {
                var option = rest.remove();
                switch (option) {
                    case "--dir" -> folder = Path.of(next(rest, "a folder after --dir"));
                    case "--port" -> port = Integer.parseInt(next(rest, "a number after --port"));
                    default -> throw new IllegalArgumentException("option: " + option + " (expected: --dir or --port)");
                }
            }
            if (folder == null) {
                throw new IllegalArgumentException("--dir is missing");
            }
            return new Request(server, folder, port);
        }

        private static String next(ArrayDeque<String> rest, String what) {
            if (rest.isEmpty()) {
                throw new IllegalArgumentException("expected " + what);
            }
            return rest.remove();
        }
    }

    /** Starts the server the arguments name and waits for the signal to stop. */
    public static void main(String[] args) throws Exception {
        Locale.setDefault(Locale.Category.FORMAT, Locale.ENGLISH); // of numbers that programs read again
        Request request;
        try {
            request = Request.parse(List.of(args));
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.err.println(USAGE);
            System.exit(2);
            return;
        }
        if (System.getProperty("logback.configurationFile") == null) {
            System.setProperty("logback.configurationFile", "local-servers-logback.xml");
        }
        Files.createDirectories(request.folder());
        try {
            run(request, System.out);
        } catch (IllegalStateException e) {
            e.printStackTrace();
            System.err.println(e.getMessage()); // last, where the end of the log shows it
            System.exit(1);
        }
    }

    private static void run(Request request, PrintStream out) throws InterruptedException {
        var stopped = new CountDownLatch(1);
        AutoCloseable server;
        String where;
        if (request.server().equals("postgres")) {
            var postgres = LocalPostgres.start(request.folder().resolve("postgres-data"), request.port());
            server = postgres;
            where = postgres.port() + " pid=" + postgres.postmaster().pid();
        } else {
            var kafka = LocalKafka.start(request.folder(), request.port());
            server = kafka;
            where = kafka.bootstrapServers().substring(kafka.bootstrapServers().indexOf(':') + 1);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            close(server);
            stopped.countDown();
        }));
        out.println("READY " + request.server() + " port=" + where);
        out.flush();
        stopped.await();
    }

    private static void close(AutoCloseable server) {
        try {
            server.close();
        } catch (Exception e) { // AutoCloseable declares Exception; the process ends either way
            System.err.println("stopping: " + e.getMessage());
        }
    }
}
