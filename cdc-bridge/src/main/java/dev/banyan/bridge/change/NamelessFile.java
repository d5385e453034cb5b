package dev.banyan.bridge.change;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Objects;

/** A file for one process alone, which takes room until it is closed, or the process has ended in any way. Any thread. */
final class NamelessFile {

    /* Not a channel: the interruption of a thread that reads would close it for the others. */
    private final RandomAccessFile file;

    private NamelessFile(RandomAccessFile file) {
        this.file = file;
    }

    static NamelessFile create() throws IOException {
        var path = Files.createTempFile("banyan-large", ".tmp");
        try {
            return new NamelessFile(new RandomAccessFile(path.toFile(), "rw"));
        } finally {
            Files.delete(path);
        }
    }

    /** What is written there goes behind what was. Closing it leaves the file open. */
    OutputStream end() {
        return new OutputStream() {
            @Override
            public void write(int octet) throws IOException {
                write(new byte[] {(byte) octet}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                synchronized (file) {
                    file.seek(file.length());
                    file.write(bytes, from, length);
                }
            }
        };
    }

    /** All of it from its start. Closing it leaves the file open. */
    InputStream start() {
        return new InputStream() {
            private long at;

            @Override
            public int read() throws IOException {
                var octet = new byte[1];
                return read(octet, 0, 1) < 0 ? -1 : octet[0] & 0xff;
            }

            @Override
            public int read(byte[] bytes, int from, int length) throws IOException {
                Objects.checkFromIndexSize(from, length, bytes.length);
                synchronized (file) {
                    file.seek(at);
                    var count = file.read(bytes, from, length);
                    at += Math.max(0, count);
                    return count;
                }
            }
        };
    }

    void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException("closing a file that nobody reads any more", e);
        }
    }
}
