package dev.banyan.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** One end of a connection, read and written as bytes; each byte is a Latin-1 character. */
final class Wire implements AutoCloseable {

    private static final int PATIENCE_MILLIS = 15_000;

    private final Socket socket;
    private final InputStream in;

    Wire(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new java.io.BufferedInputStream(socket.getInputStream());
        socket.setTcpNoDelay(true);
    }

    /** Connects to a port of this machine; a read that takes 15 s fails the test. */
    static Wire to(int port) throws IOException {
        return over(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    /** Uses a connection that stands, perhaps with TLS. */
    static Wire over(Socket connected) throws IOException {
        connected.setSoTimeout(PATIENCE_MILLIS);
        return new Wire(connected);
    }

    Socket socket() {
        return socket;
    }

    Wire send(String bytes) throws IOException {
        socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
        return this;
    }

    /** Reads up to and with {@code end}, or to the end of the stream. */
    String until(String end) throws IOException {
        var text = new StringBuilder();
        while (text.length() < end.length() || text.indexOf(end, text.length() - end.length()) < 0) {
            int next = in.read();
            if (next < 0) {
                return text.toString();
            }
            text.append((char) next);
        }
        return text.toString();
    }

    /** Reads all there is until the other side ends, however it does; fails when it keeps the connection for 15 s. */
    String toItsEnd() throws IOException {
        var text = new StringBuilder();
        try {
            for (int next = in.read(); next >= 0; next = in.read()) {
                text.append((char) next);
            }
        } catch (SocketException e) {
            // that is an end, too
        }
        return text.toString();
    }

    /** Sends, unless the other side has closed. */
    void sendIfOpen(String text) {
        try {
            send(text);
        } catch (IOException e) {
            // closed, and that is what the caller waits for
        }
    }

    /** Reads exactly so many bytes. */
    String bytes(int count) throws IOException {
        return new String(in.readNBytes(count), StandardCharsets.ISO_8859_1);
    }

    /** Reads one reply: its head, and its body by its length or its chunks; a reply with neither has no body here. */
    String reply() throws IOException {
        String head = until("\r\n\r\n");
        String lower = head.toLowerCase(Locale.ROOT);
        int length = lower.indexOf("\r\ncontent-length:");
        if (length >= 0) {
            String value = head.substring(length + 17, head.indexOf("\r\n", length + 2));
            return head + bytes(Integer.parseInt(value.strip()));
        }
        return lower.contains("\r\ntransfer-encoding: chunked") ? head + until("0\r\n\r\n") : head;
    }

    /** Waits for a byte, and leaves it to be read; false when the other side ends instead, however it does. */
    boolean begins() throws IOException {
        in.mark(1);
        try {
            boolean begun = in.read() >= 0;
            in.reset();
            return begun;
        } catch (SocketException e) {
            return false;
        }
    }

    /** Whether something has come that was not read yet. */
    boolean hasMore() throws IOException {
        return in.available() > 0;
    }

    /** Reads to the end of the stream and returns how many bytes that were. */
    long rest() throws IOException {
        return in.transferTo(OutputStream.nullOutputStream());
    }

    /** Reads what is left; true when the other side then closes, false when it keeps the connection for 15 s. */
    boolean ends() throws IOException {
        try {
            rest();
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (SocketException e) {
            return true;
        }
    }

    /** Closes with a reset instead of an end. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
