package dev.banyan.rules;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.dynatrace.hash4j.hashing.Hasher32;
import com.dynatrace.hash4j.hashing.Hashing;

/** The hash that places callers. Its test vectors are published: every other implementation must agree. */
final class CohortHash {

    static final int BUCKETS = 10_000;

    private static final Hasher32 MURMUR3 = Hashing.murmur3_32(0);

    private CohortHash() {}

    static int bucket(String salt, String key) {
        byte[] salted = (salt + ":" + key).getBytes(UTF_8);
        return Integer.remainderUnsigned(MURMUR3.hashBytesToInt(salted), BUCKETS);
    }
}
