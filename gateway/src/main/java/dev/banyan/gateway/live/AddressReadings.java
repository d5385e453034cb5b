package dev.banyan.gateway.live;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Which addresses a machine may take an address for: those of IPv6 may carry one of IPv4, to which a translator or tunnel on the way would
 * bring it. Prefixes that a network has chosen for itself are nothing that can be known here.
 */
final class AddressReadings {

    private AddressReadings() {}

    /** Returns the address itself, and each of IPv4 in it. */
    static List<InetAddress> of(InetAddress address) {
        List<InetAddress> all = new ArrayList<>(List.of(address));
        if (address instanceof Inet6Address) {
            byte[] b = address.getAddress();
            if (begins(b, 0x20, 0x02)) { // 6to4 (RFC 3056)
                all.add(ipV4(b[2], b[3], b[4], b[5]));
            } else if (begins(
                    b, 0x20, 0x01, 0, 0)) { // Teredo (RFC 4380): its server, and the client with all bits turned
                all.add(ipV4(b[4], b[5], b[6], b[7]));
                all.add(ipV4(~b[12], ~b[13], ~b[14], ~b[15]));
            } else if (begins(
                    b, 0, 0x64, 0xff, 0x9b, 0, 1)) { // NAT64 (RFC 8215), in a prefix of any length (RFC 6052, 2.2)
                all.add(ipV4(b[6], b[7], b[9], b[10]));
                all.add(ipV4(b[7], b[9], b[10], b[11]));
                all.add(ipV4(b[9], b[10], b[11], b[12]));
                all.add(ipV4(b[12], b[13], b[14], b[15]));
            } else if (endsInIpV4(b)) {
                all.add(ipV4(b[12], b[13], b[14], b[15]));
            }
        }
        return all;
    }

    /** NAT64, what is mapped (RFC 4291), translated (RFC 2765) or once was compatible, and ISATAP (RFC 5214). */
    private static boolean endsInIpV4(byte[] b) {
        return begins(b, 0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0)
                || begins(b, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff)
                || begins(b, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0)
                || begins(b, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
                || ((b[8] & ~2) == 0 && b[9] == 0 && b[10] == 0x5e && b[11] == (byte) 0xfe);
    }

    private static boolean begins(byte[] address, int... bytes) {
        byte[] begin = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            begin[i] = (byte) bytes[i];
        }
        return Arrays.equals(address, 0, begin.length, begin, 0, begin.length);
    }

    private static InetAddress ipV4(int a, int b, int c, int d) {
        try {
            return InetAddress.getByAddress(new byte[] {(byte) a, (byte) b, (byte) c, (byte) d});
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }
}
