package dev.banyan.bridge.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;

/** Encrypts the rows of parked changes, which the mapping has not redacted yet: AES-256-GCM under a key from a file. Used by any thread. */
public final class FaultSeal {

    /*
     * The key is derived from the file's bytes by HKDF, so that the file may be any secret of 16 bytes or more. The nonce is random and
     * stands before the text. What is sealed is bound to the fault's id, so that sealed rows cannot be moved to another fault.
     */
    private static final int SECRET_BYTES_MIN = 16;

    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final byte[] PURPOSE = "banyan parked rows".getBytes(StandardCharsets.UTF_8);

    private final SecretKey key;
    private final SecureRandom random = new SecureRandom();

    private FaultSeal(SecretKey key) {
        this.key = key;
    }

    /** The seal whose secret is in {@code file}. */
    public static FaultSeal of(Path file) throws IOException {
        var secret = Files.readAllBytes(file);
        if (secret.length < SECRET_BYTES_MIN) {
            throw new IllegalArgumentException(
                    file + ": " + secret.length + " bytes (expected: at least " + SECRET_BYTES_MIN + ")");
        }
        try {
            var parameters = HKDFParameterSpec.ofExtract().addIKM(secret).thenExpand(PURPOSE, 32);
            return new FaultSeal(KDF.getInstance("HKDF-SHA256").deriveKey("AES", parameters));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HKDF-SHA256, which this Java has, is missing", e);
        }
    }

    /** {@code text} encrypted and bound to {@code id}. */
    public byte[] seal(String id, byte[] text) {
        var nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            var sealed = cipher(Cipher.ENCRYPT_MODE, id, nonce).doFinal(text);
            var both = Arrays.copyOf(nonce, NONCE_BYTES + sealed.length);
            System.arraycopy(sealed, 0, both, NONCE_BYTES, sealed.length);
            return both;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("sealing parked rows", e);
        }
    }

    /** The text that was sealed for {@code id}. */
    public byte[] open(String id, byte[] sealed) {
        try {
            return cipher(Cipher.DECRYPT_MODE, id, Arrays.copyOf(sealed, NONCE_BYTES))
                    .doFinal(sealed, NONCE_BYTES, sealed.length - NONCE_BYTES);
        } catch (GeneralSecurityException e) {
            throw new StoreUnusable(
                    "fault " + id + ": its rows cannot be read (expected: the faultKeyFile they were parked with)", e);
        }
    }

    private Cipher cipher(int mode, String id, byte[] nonce) throws GeneralSecurityException {
        var cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(id.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }
}
