package dev.banyan.bench.load;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;

/** A request on a connection of its own, for what is asked once: whether somebody is there, and bodies too long to keep. */
public final class OneRequest {

    private static final int BUFFER_BYTES = 1 << 18;
    private static final int SILENCE_MILLIS = 60_000;

    private OneRequest() {}

    /** Returns the body of {@code path} on {@code port}, which has {@code length} bytes of ASCII. */
    public static String text(int port, String path, int length) {
        try (var socket = connect(port)) {
            var in = ask(socket, path);
            return new String(in.readNBytes(length), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new LoadFailed("asking for " + path + ": " + e.getMessage(), e);
        }
    }

    /** Reads {@code bytes} bytes of {@code path} from {@code port} and returns their SHA-256 in hex. */
    public static String download(int port, String path, long bytes) {
        try (var socket = connect(port)) {
            var in = ask(socket, path);
            var digest = Content.sha256();
            var buffer = new byte[BUFFER_BYTES];
            for (var left = bytes; left > 0; ) {
                var count = in.read(buffer, 0, (int) Math.min(buffer.length, left));
                if (count < 0) {
                    throw new EOFException((bytes - left) + " of " + bytes + " bytes came");
                }
                digest.update(buffer, 0, count);
                left -= count;
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw new LoadFailed("download of " + bytes + " bytes: " + e.getMessage(), e);
        }
    }

    /** Sends the first {@code bytes} bytes of {@link Content} to {@code path} and returns the hash that comes back. */
    public static String upload(int port, String path, long bytes) {
        try (var socket = connect(port)) {
            var out = socket.getOutputStream();
            out.write(Ask.head("POST", path, Map.of("Content-Length", Long.toString(bytes)))
                    .getBytes(StandardCharsets.US_ASCII));
            var content = new Content();
            for (var at = 0L; at < bytes; at += Content.BLOCK_BYTES) {
                out.write(content.block(at / Content.BLOCK_BYTES), 0, (int) Math.min(Content.BLOCK_BYTES, bytes - at));
            }
            var in = new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES);
            requireOk(in);
            return new String(in.readNBytes(64), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new LoadFailed("upload of " + bytes + " bytes: " + e.getMessage(), e);
        }
    }

    private static Socket connect(int port) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(SILENCE_MILLIS);
        return socket;
    }

    /** Sends a GET and returns what follows the head of its reply. */
    private static InputStream ask(Socket socket, String path) throws IOException {
        socket.getOutputStream().write(Ask.head("GET", path, Map.of()).getBytes(StandardCharsets.US_ASCII));
        var in = new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES);
        requireOk(in);
        return in;
    }

    /** Reads up to the end of the head. */
    private static void requireOk(InputStream in) throws IOException {
        var status = line(in);
        if (!status.startsWith("HTTP/1.1 200")) {
            throw new IOException("reply \"" + status + "\" (expected: 200)");
        }
        while (!line(in).isEmpty()) {
            // the other headers say nothing that is needed: the length is known
        }
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (var next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("the connection ended in the reply's head");
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }
}
