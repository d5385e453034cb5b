package dev.banyan.cli.rules;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Lines of a stream of bytes, of which no more than {@code most} bytes each are held. */
final class BoundedLines implements AutoCloseable {

    private final InputStream in;
    private final int most;
    private boolean cut;

    BoundedLines(InputStream in, int most) {
        this.in = in;
        this.most = most;
    }

    /** The next line without its end; null after the last one. */
    byte @Nullable [] next() throws IOException {
        var line = new ByteArrayOutputStream(256);
        cut = false;
        int next = in.read();
        if (next < 0) {
            return null;
        }
        for (; next >= 0 && next != '\n'; next = in.read()) {
            if (line.size() < most) {
                line.write(next);
            } else {
                cut = true;
            }
        }
        var bytes = line.toByteArray();
        int length = bytes.length;
        return length > 0 && bytes[length - 1] == '\r' ? java.util.Arrays.copyOf(bytes, length - 1) : bytes;
    }

    /** Whether the last line was longer than what was returned of it. */
    boolean cut() {
        return cut;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
