package dev.banyan.gateway.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a certificate is read from.
 *
 * @param chain a PEM certificate chain, the server's own first
 * @param key the PEM private key of the first
 */
public record PemFiles(Path chain, Path key) {

    /** More than any certificate chain; of a file that is none, no more is read than this. */
    private static final int BYTES_MAX = 1024 * 1024;

    /** Both texts at one moment; equal when nothing was saved in between. */
    record Text(String chain, String key) {

        @Override
        public String toString() {
            return "Text[secret]";
        }
    }

    Text read() throws IOException {
        return new Text(read(chain), read(key));
    }

    private static String read(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(BYTES_MAX + 1);
            if (bytes.length > BYTES_MAX) {
                throw new IOException(file + ": more than " + BYTES_MAX + " bytes (expected: PEM)");
            }
            return new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
        } catch (java.nio.file.NoSuchFileException e) {
            throw new IOException(file + ": missing (expected: a readable file)", e);
        } catch (java.nio.file.AccessDeniedException e) {
            throw new IOException(file + ": not allowed (expected: a readable file)", e);
        }
    }
}
