package dev.banyan.bench.load;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Random;

/**
 * Bytes that any number of parties can make for themselves: blocks of noise, each with its number in front, so that a block
 * that is lost, repeated or moved changes the hash.
 */
public final class Content {

    public static final int BLOCK_BYTES = 1 << 20;

    private final byte[] block = new byte[BLOCK_BYTES];
    private final ByteBuffer number = ByteBuffer.wrap(block);

    public Content() {
        new Random(4).nextBytes(block);
    }

    /** Returns block {@code index}; the same array each time. */
    public byte[] block(long index) {
        number.putLong(0, index);
        return block;
    }

    /** Returns the SHA-256, in hex, of the first {@code bytes} bytes. */
    public static String hash(long bytes) {
        var content = new Content();
        var digest = sha256();
        for (var at = 0L; at < bytes; at += BLOCK_BYTES) {
            digest.update(content.block(at / BLOCK_BYTES), 0, (int) Math.min(BLOCK_BYTES, bytes - at));
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Returns a new SHA-256. */
    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
