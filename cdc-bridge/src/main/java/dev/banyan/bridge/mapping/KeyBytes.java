package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.KeyText;
import java.util.HexFormat;

/** The bytes of a binary key column, as a part of a key: it equals one of the same bytes, which an array does not. */
record KeyBytes(String hex) {

    static KeyBytes of(byte[] bytes) {
        return new KeyBytes(HexFormat.of().formatHex(bytes));
    }

    byte[] bytes() {
        return HexFormat.of().parseHex(hex);
    }

    /** As {@link KeyText} writes the bytes themselves. */
    @Override
    public String toString() {
        return hex;
    }
}
