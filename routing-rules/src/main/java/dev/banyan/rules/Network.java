package dev.banyan.rules;

import com.google.re2j.Pattern;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The addresses that begin with the same bits: {@code 10.0.0.0/8}, {@code fd00::/8}. */
public final class Network {

    private static final String EXPECTED = "a network such as 10.0.0.0/8 or fd00::/8, or one address";

    private static final int CHARS_MAX = 64;

    private static final Pattern IPV4 = Pattern.compile("([0-9]{1,3}\\.){3}[0-9]{1,3}");
    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*");
    private static final Pattern WELL_WRITTEN = Pattern.compile("[0-9A-Fa-f.:]+(/[0-9]{1,3})?");
    private static final Pattern BITS = Pattern.compile("[0-9]{1,3}");

    private final byte[] first;
    private final int bits;

    private Network(byte[] first, int bits) {
        this.first = first;
        this.bits = bits;
    }

    /** The network of this text; an address without {@code /bits} is a network of one. */
    public static Network parse(String text) {
        String expected = wrong(text);
        if (expected != null) {
            throw new IllegalArgumentException("network: " + text + " (expected: " + expected + ")");
        }
        return read(text);
    }

    /** Whether the schema lets this text through. */
    static boolean isWellWritten(String text) {
        return WELL_WRITTEN.matches(text) && text.length() <= CHARS_MAX;
    }

    /** What would do instead; null when the text is a network. */
    static @Nullable String wrong(String text) {
        int slash = text.indexOf('/');
        byte[] address = address(slash < 0 ? text : text.substring(0, slash));
        if (address == null) {
            return EXPECTED;
        }
        String length = slash < 0 ? "" : text.substring(slash + 1);
        int bits = slash < 0 ? address.length * 8 : BITS.matches(length) ? Integer.parseInt(length) : -1;
        if (bits < 0 || bits > address.length * 8) {
            return "at most /" + address.length * 8;
        }
        byte[] first = masked(address, bits);
        return Arrays.equals(first, address) ? null : new Network(first, bits) + ", with no bits beyond the mask";
    }

    private static Network read(String text) {
        int slash = text.indexOf('/');
        byte[] address = Objects.requireNonNull(address(slash < 0 ? text : text.substring(0, slash)));
        return new Network(address, slash < 0 ? address.length * 8 : Integer.parseInt(text.substring(slash + 1)));
    }

    /** Whether an address lies in here; an IPv4 address written as IPv6 ({@code ::ffff:10.0.0.1}) is the IPv4 address. */
    public boolean covers(InetAddress address) {
        byte[] other = address.getAddress();
        if (other.length != first.length) {
            return false;
        }
        int whole = bits / 8;
        for (int i = 0; i < whole; i++) {
            if (other[i] != first[i]) {
                return false;
            }
        }
        int rest = bits % 8;
        return rest == 0 || ((other[whole] ^ first[whole]) & (0xff << (8 - rest)) & 0xff) == 0;
    }

    private static byte @Nullable [] address(String literal) {
        if (!IPV4.matches(literal) && !IPV6.matches(literal)) {
            return null;
        }
        try {
            return InetAddress.ofLiteral(literal).getAddress();
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static byte[] masked(byte[] address, int bits) {
        byte[] masked = address.clone();
        for (int i = 0; i < masked.length; i++) {
            int keep = Math.clamp(bits - i * 8L, 0, 8);
            masked[i] &= (byte) (0xff << (8 - keep));
        }
        return masked;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Network that && bits == that.bits && Arrays.equals(first, that.first);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(first) + bits;
    }

    @Override
    public String toString() {
        try {
            return InetAddress.getByAddress(first).getHostAddress() + "/" + bits;
        } catch (java.net.UnknownHostException e) {
            throw new IllegalStateException("4 or 16 bytes: an address has no other length", e);
        }
    }
}
