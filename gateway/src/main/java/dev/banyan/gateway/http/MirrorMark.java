package dev.banyan.gateway.http;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * The header that tells a server that a request is a copy of which no caller hears. Its value holds a secret of this gateway's, or of all that share a store,
 * so that a client cannot make the gateway, or a server behind it, take its request for a copy; and a copy that comes back
 * to this gateway is known and is not copied again.
 */
public final class MirrorMark {

    private static final AsciiString NAME = AsciiString.cached("X-Banyan-Mirror");
    private static final AsciiString LOWER = NAME.toLowerCase();

    private static final int SECRET_BYTES = 16;

    private final String own;
    private volatile String secret;

    /** A mark with a secret that nobody can guess, of this gateway alone until {@link #agreeOn}. */
    public MirrorMark() {
        byte[] bytes = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(bytes);
        this.own = HexFormat.of().formatHex(bytes);
        this.secret = own;
    }

    /** What copies bear from now on. */
    public String secret() {
        return secret;
    }

    /** Bears another secret, which other gateways bear too; copies that left with the own one are still known. */
    public void agreeOn(String shared) {
        secret = shared;
    }

    /** Marks a request's head. */
    public void put(HttpHeaders head) {
        head.set(NAME, secret);
    }

    /** Whether CGI and its heirs make the mark's variable of this name too, although it is another: {@code X.Banyan.Mirror}. */
    static boolean isMistakenFor(CharSequence name) {
        return name.length() == NAME.length()
                && !NAME.contentEqualsIgnoreCase(name)
                && ProxyHeaders.begins(name, LOWER);
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
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        return MessageDigest.isEqual(bytes, secret.getBytes(StandardCharsets.UTF_8))
                || MessageDigest.isEqual(bytes, own.getBytes(StandardCharsets.UTF_8));
    }
}
