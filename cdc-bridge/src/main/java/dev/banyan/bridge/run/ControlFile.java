package dev.banyan.bridge.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a running bridge whose store only it can open is to be asked: its status port, and a token that only who may read this file
 * has. It lies beside the store, and is of no use once the bridge has ended.
 */
public record ControlFile(int port, String token) {

    private static final Logger LOG = LoggerFactory.getLogger(ControlFile.class);
    private static final Pattern H2_FILE = Pattern.compile("jdbc:h2:(?:file:)?((?![a-z]+:)[^;]+)(?:;.*)?");
    private static final int TOKEN_BYTES = 32;

    /** Where it lies for the store at {@code jdbcUrl}; empty for a store that can be asked itself. */
    public static Optional<Path> beside(String jdbcUrl) {
        var store = H2_FILE.matcher(jdbcUrl);
        return store.matches() ? Optional.of(Path.of(expanded(store.group(1)) + ".control")) : Optional.empty();
    }

    /** {@code path} as H2 takes it: {@code ~/} is the user's home. */
    private static String expanded(String path) {
        return path.startsWith("~/") ? System.getProperty("user.home") + path.substring(1) : path;
    }

    /** Writes {@code file} anew, for its owner alone, with a new token. */
    static ControlFile write(Path file, int port) throws IOException {
        var token = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(token);
        var control = new ControlFile(port, HexFormat.of().formatHex(token));
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(file, List.of(Integer.toString(port), control.token));
        return control;
    }

    /** Its bridge ends: deletes {@code file}, unless a successor has written it anew. */
    void delete(Path file) {
        try {
            if (read(file).equals(Optional.of(this))) {
                Files.delete(file);
            }
        } catch (IOException e) {
            LOG.warn("{} stays: {}", file, e.getMessage()); // nobody answers there any more
        }
    }

    /** What the file beside the store at {@code jdbcUrl} says; empty when there is none, or it is not whole. */
    public static Optional<ControlFile> read(String jdbcUrl) throws IOException {
        var file = beside(jdbcUrl);
        return file.isEmpty() ? Optional.empty() : read(file.get());
    }

    private static Optional<ControlFile> read(Path file) throws IOException {
        var lines = Files.exists(file) ? Files.readAllLines(file) : List.<String>of();
        return lines.size() == 2 && lines.getFirst().matches("[0-9]{1,5}")
                ? Optional.of(new ControlFile(Integer.parseInt(lines.getFirst()), lines.getLast()))
                : Optional.empty();
    }
}
