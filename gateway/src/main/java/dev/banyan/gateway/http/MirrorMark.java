package dev.banyan.gateway.http;

import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * The header that tells a server that a request is a copy of which no caller hears. Its value holds a secret of this gateway's,
 * so that a client cannot make the gateway, or a server behind it, take its request for a copy; and a copy that comes back
 * to this gateway is known and is not copied again.
 */
public final class MirrorMark {

    /** The header's name. */
    public static final String NAME = "X-Banyan-Mirror";

    private static final int SECRET_BYTES = 16;

    private final String secret;

    /** A mark with a secret that nobody can guess. */
    public MirrorMark() {
        byte[] bytes = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(bytes);
        this.secret = HexFormat.of().formatHex(bytes);
    }

    /** Marks a request's head. */
    public void put(HttpHeaders head) {
        head.set(NAME, secret);
    }

    /** Takes every mark out of a request's head that is not ours, and says whether one of ours is there. */
    public boolean check(HttpHeaders head) {
        String value = head.get(NAME);
        if (value == null) {
            return false;
        }
        boolean ours = isOurs(value) && head.getAll(NAME).size() == 1;
        if (!ours) {
            head.remove(NAME);
        }
        return ours;
    }

    private boolean isOurs(String value) {
        return MessageDigest.isEqual(value.getBytes(StandardCharsets.UTF_8), secret.getBytes(StandardCharsets.UTF_8));
    }
}
