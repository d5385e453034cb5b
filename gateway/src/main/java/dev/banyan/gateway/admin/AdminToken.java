package dev.banyan.gateway.admin;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** The secret that opens the admin API: made on the first run, kept in a file only its owner can read. */
public final class AdminToken {

    private static final String BEARER = "Bearer ";
    private static final int RANDOM_BYTES = 32;

    private final Path file;
    private final byte[] expected;

    private AdminToken(Path file, String token) {
        this.file = file;
        this.expected = digest(token);
    }

    /** Returns the token of a run folder, made now if there is none. */
    public static AdminToken inFolder(Path folder) throws IOException {
        Files.createDirectories(folder);
        Path file = folder.resolve("admin.token");
        if (!Files.exists(file)) {
            byte[] random = new byte[RANDOM_BYTES];
            new SecureRandom().nextBytes(random);
            var ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
            Path draft = Files.createTempFile(folder, "admin", ".tmp", ownerOnly);
            Files.writeString(draft, Base64.getUrlEncoder().withoutPadding().encodeToString(random) + "\n");
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        }
        var permissions = Files.getPosixFilePermissions(file);
        if (!PosixFilePermissions.fromString("rw-------").containsAll(permissions)) {
            throw new IOException(file + ": " + PosixFilePermissions.toString(permissions) + " (expected: rw-------)");
        }
        String token = Files.readString(file).strip();
        if (token.length() < 32) {
            throw new IOException(file + ": too short (expected: 32 characters or more; delete it for a new one)");
        }
        return new AdminToken(file, token);
    }

    public Path file() {
        return file;
    }

    /** Whether an {@code Authorization} header carries this token; takes as long for any wrong one. */
    public boolean opens(@Nullable String authorization) {
        return authorization != null
                && authorization.startsWith(BEARER)
                && MessageDigest.isEqual(digest(authorization.substring(BEARER.length())), expected);
    }

    private static byte[] digest(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
