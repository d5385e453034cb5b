package dev.banyan.gateway.faults;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/**
 * A backend as a program of its own, which can be stopped and killed. It writes down each request that it gets, before it answers, and
 * misbehaves as the request asks it to. It also writes down when it was not run, by {@link System#nanoTime}, which all programs of a
 * machine share. Arguments: port, file of the history.
 */
public final class HistoryServer {

    /** A program that was not run for so long may fail a call by that. */
    public static final long STANDSTILL_NANOS = 200_000_000;

    private static final long LOOK_NANOS = 20_000_000;

    private final Path history;

    private HistoryServer(Path history) {
        this.history = history;
    }

    public static void main(String[] args) throws IOException {
        var server = new HistoryServer(Path.of(args[1]));
        try (var socket = new ServerSocket(Integer.parseInt(args[0]), 512, InetAddress.getLoopbackAddress())) {
            Thread.ofPlatform().daemon().start(server::watch);
            while (true) {
                Socket client = socket.accept();
                Thread.ofVirtual().start(() -> server.serve(client));
            }
        }
    }

    private void watch() {
        while (true) {
            long before = System.nanoTime();
            LockSupport.parkNanos(LOOK_NANOS);
            long now = System.nanoTime();
            if (now - before > STANDSTILL_NANOS) {
                try {
                    append(standstills(history), before + " " + now);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    /** Where the standstills of a server with that history are written down, a line each. */
    static Path standstills(Path history) {
        return history.resolveSibling(history.getFileName() + ".standstills");
    }

    private void serve(Socket client) {
        try (client) {
            client.setTcpNoDelay(true);
            var in = new BufferedInputStream(client.getInputStream());
            while (true) {
                String head = head(in);
                if (head.isEmpty() || !answer(head, in, client)) {
                    return;
                }
            }
        } catch (IOException e) {
            // the gateway has gone, or was cut off
        }
    }

    /** Returns whether the connection lives on. */
    private boolean answer(String head, InputStream in, Socket client) throws IOException {
        String id = header(head, "x-id");
        String what = header(head, "x-do");
        if (what.equals("early")) {
            record(id, head, "-");
            send(client, "HTTP/1.1 200 OK\r\nX-Id: " + id + "\r\nContent-Length: 5\r\nConnection: close\r\n\r\nearly");
            return false;
        }
        byte[] body = body(head, in);
        record(id, head, hash(body));
        String begin = "HTTP/1.1 200 OK\r\nX-Id: " + id + "\r\n";
        String reply = reply(id, Integer.parseInt(header(head, "x-size")));
        switch (what) {
            case "slow" -> LockSupport.parkNanos(150_000_000);
            case "refuse" -> {
                send(client, "HTTP/1.1 503 No\r\nX-Id: " + id + "\r\nContent-Length: 0\r\n\r\n");
                return true;
            }
            case "reset" -> {
                client.setSoLinger(true, 0);
                return false;
            }
            case "cut" -> {
                send(client, begin + "Content-Length: " + (reply.length() + 9) + "\r\n\r\n" + reply);
                return false;
            }
            case "garbage" -> {
                send(client, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnot a size\r\n" + reply);
                return false;
            }
            case "more" -> {
                // Behind the reply comes what nobody asked for: the next request must not get it.
                send(
                        client,
                        begin + "Content-Length: " + reply.length() + "\r\n\r\n" + reply
                                + "HTTP/1.1 200 OK\r\nX-Id: nobody\r\nContent-Length: 0\r\n\r\n");
                return true;
            }
            case "chunked" -> {
                send(
                        client,
                        begin + "Transfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(reply.length()) + "\r\n"
                                + reply + "\r\n0\r\n\r\n");
                return true;
            }
            case "drip" -> {
                send(client, begin + "Content-Length: 1000000000\r\n\r\n");
                while (true) {
                    send(client, "drip");
                    LockSupport.parkNanos(20_000_000);
                }
            }
            default -> {}
        }
        send(client, begin + "Content-Length: " + reply.length() + "\r\n\r\n" + reply);
        return true;
    }

    /** The body that a request's reply has, so that nobody can get another's without it being seen. */
    public static String reply(String id, int size) {
        return (id + ".").repeat(size / (id.length() + 1) + 1);
    }

    private synchronized void record(String id, String head, String hash) throws IOException {
        append(history, String.join(" ", id, head.split(" ", 3)[0], head.split(" ", 3)[1], hash));
    }

    private static void append(Path file, String line) throws IOException {
        Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    public static String hash(byte[] body) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void send(Socket client, String bytes) throws IOException {
        OutputStream out = client.getOutputStream();
        out.write(bytes.getBytes(ISO_8859_1));
        out.flush();
    }

    private static String head(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (head.length() < 4 || head.indexOf("\r\n\r\n", head.length() - 4) < 0) {
            int next = in.read();
            if (next < 0) {
                return "";
            }
            head.append((char) next);
        }
        return head.toString();
    }

    private static String header(String head, String name) {
        int at = head.toLowerCase(Locale.ROOT).indexOf("\r\n" + name + ":");
        return at < 0
                ? ""
                : head.substring(at + name.length() + 3, head.indexOf("\r\n", at + 2))
                        .strip();
    }

    private static byte[] body(String head, InputStream in) throws IOException {
        String length = header(head, "content-length");
        if (!length.isEmpty()) {
            byte[] body = in.readNBytes(Integer.parseInt(length));
            if (body.length < Integer.parseInt(length)) {
                throw new IOException("cut short");
            }
            return body;
        }
        if (header(head, "transfer-encoding").isEmpty()) {
            return new byte[0];
        }
        var body = new java.io.ByteArrayOutputStream();
        while (true) {
            int size = Integer.parseInt(line(in), 16);
            body.write(in.readNBytes(size));
            line(in);
            if (size == 0) {
                return body.toByteArray();
            }
        }
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new IOException("cut short");
            }
            line.append((char) next);
        }
        return line.toString().strip();
    }
}
