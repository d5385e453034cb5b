package dev.banyan.gateway.paths;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URLDecoder;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Asks one server, over one connection while that lasts. */
final class Asker implements AutoCloseable {

    private final int port;
    private @Nullable Socket socket;
    private @Nullable InputStream in;

    Asker(int port) {
        this.port = port;
    }

    /** Returns what the server took a target for; empty when it did not serve it. */
    List<String> ask(String target) throws IOException {
        boolean fresh = socket == null;
        try {
            return askOnce(target);
        } catch (IOException e) {
            close();
            if (fresh) {
                return List.of();
            }
        }
        try {
            return askOnce(target);
        } catch (IOException e) {
            close();
            return List.of();
        }
    }

    private List<String> askOnce(String target) throws IOException {
        Socket to = socket;
        InputStream from = in;
        if (to == null || from == null) {
            to = new Socket(InetAddress.getLoopbackAddress(), port);
            to.setTcpNoDelay(true);
            to.setSoTimeout(10_000);
            from = new BufferedInputStream(to.getInputStream());
            socket = to;
            in = from;
        }
        to.getOutputStream().write(("GET " + target + " HTTP/1.1\r\nHost: shop.test\r\n\r\n").getBytes(ISO_8859_1));
        String head = head(from);
        String lower = head.toLowerCase(Locale.ROOT);
        byte[] body = body(from, lower);
        if (lower.contains("\r\nconnection: close")) {
            close();
        }
        if (head.startsWith("HTTP/1.1 204")) {
            int at = lower.indexOf("\r\nx-understood:");
            return List.of(decoded(
                    head.substring(at + 15, head.indexOf("\r\n", at + 2)).strip()));
        }
        if (!head.startsWith("HTTP/1.1 200")) {
            return List.of();
        }
        String text = new String(body, UTF_8);
        return text.startsWith("raw ")
                ? List.of(text.substring(4))
                : text.lines().map(Asker::decoded).toList();
    }

    private static String decoded(String path) {
        return URLDecoder.decode(path.replace("+", "%2B"), UTF_8);
    }

    private static String head(InputStream from) throws IOException {
        var head = new StringBuilder();
        while (head.length() < 4 || head.indexOf("\r\n\r\n", head.length() - 4) < 0) {
            int next = from.read();
            if (next < 0) {
                throw new IOException("closed");
            }
            head.append((char) next);
        }
        return head.toString();
    }

    private static byte[] body(InputStream from, String head) throws IOException {
        int at = head.indexOf("\r\ncontent-length:");
        if (at >= 0) {
            return from.readNBytes(Integer.parseInt(
                    head.substring(at + 17, head.indexOf("\r\n", at + 2)).strip()));
        }
        if (!head.contains("\r\ntransfer-encoding: chunked")) {
            return head.contains(" 204 ") || head.contains(" 304 ") ? new byte[0] : from.readAllBytes();
        }
        var body = new java.io.ByteArrayOutputStream();
        while (true) {
            String size = line(from);
            int length = Integer.parseInt(size.strip(), 16);
            body.write(from.readNBytes(length));
            line(from);
            if (length == 0) {
                return body.toByteArray();
            }
        }
    }

    private static String line(InputStream from) throws IOException {
        var line = new StringBuilder();
        int next;
        while ((next = from.read()) >= 0 && next != '\n') {
            line.append((char) next);
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        if (socket != null) {
            socket.close();
        }
        socket = null;
        in = null;
    }
}
