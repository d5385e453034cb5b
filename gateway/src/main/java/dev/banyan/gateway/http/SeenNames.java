package dev.banyan.gateway.http;

import io.netty.util.AsciiString;
import java.util.Arrays;

/**
 * Names of headers as messages wrote them before. The same few come over and over, so that most need not be copied, nor their hash
 * be computed again.
 */
public final class SeenNames {

    /*
     * Each name has one place, which it takes from whoever had it. Threads may do so at once: a name they do not see yet is made again,
     * and a name is never half made, since all that tells it apart from others is final.
     */

    private static final int PLACES = 512;

    /** Longer ones are made anew, so that clients cannot fill the memory. */
    private static final int BYTES_MAX = 32;

    private static final AsciiString[] SEEN = new AsciiString[PLACES];

    private SeenNames() {}

    /** Returns the name that these bytes are, letter by letter. */
    public static AsciiString of(byte[] line, int start, int length) {
        if (length > BYTES_MAX) {
            return new AsciiString(line, start, length, true);
        }
        int hash = length;
        for (int i = start; i < start + length; i++) {
            hash = 31 * hash + line[i];
        }
        int place = (hash ^ (hash >>> 16)) & (PLACES - 1);
        AsciiString seen = SEEN[place];
        if (seen != null && Arrays.equals(seen.array(), 0, seen.length(), line, start, start + length)) {
            return seen;
        }
        var made = new AsciiString(line, start, length, true);
        SEEN[place] = made;
        return made;
    }
}
