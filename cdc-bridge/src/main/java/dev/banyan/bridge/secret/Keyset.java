package dev.banyan.bridge.secret;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.DeterministicAead;
import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.Key;
import com.google.crypto.tink.KeyStatus;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.Parameters;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import com.google.crypto.tink.aead.AeadConfig;
import com.google.crypto.tink.aead.AesGcmKey;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import com.google.crypto.tink.daead.AesSivKey;
import com.google.crypto.tink.daead.DeterministicAeadConfig;
import com.google.crypto.tink.daead.PredefinedDeterministicAeadParameters;
import dev.banyan.bridge.mapping.FieldCipher;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;

/** Keys of which one encrypts and all decrypt, as a keyset of Tink in JSON: every Tink reads it. */
public final class Keyset {

    private static final int GCM_KEY_BYTES = 32;

    /** What the keys of a keyset do. */
    public enum Kind {
        /** AES-256-GCM: encrypts the same text differently each time. */
        RANDOM("AES-256-GCM"),
        /** AES-256-SIV: encrypts the same text alike, so that equality shows. */
        DETERMINISTIC("AES-256-SIV");

        private final String algorithm;

        Kind(String algorithm) {
            this.algorithm = algorithm;
        }

        public String algorithm() {
            return algorithm;
        }

        private Parameters parameters() {
            return this == RANDOM
                    ? PredefinedAeadParameters.AES256_GCM
                    : PredefinedDeterministicAeadParameters.AES256_SIV;
        }
    }

    /** One key: its id, as values that it encrypted name it, and whether it is the one that encrypts. */
    public record KeyInfo(long id, boolean encrypts) {}

    static {
        try {
            AeadConfig.register();
            DeterministicAeadConfig.register();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("setting Tink up", e);
        }
    }

    private final KeysetHandle handle;
    private final Kind kind;

    private Keyset(KeysetHandle handle, Kind kind) {
        this.handle = handle;
        this.kind = kind;
    }

    /** The keyset in {@code json}, found {@code where}. */
    public static Keyset parse(String json, String where) {
        try {
            var handle = TinkJsonProtoKeysetFormat.parseKeyset(json, InsecureSecretKeyAccess.get());
            var kind = kind(handle.getPrimary().getKey(), where);
            for (var i = 0; i < handle.size(); i++) {
                if (kind(handle.getAt(i).getKey(), where) != kind) {
                    throw new IllegalArgumentException(where + ": keys of two kinds (expected: one kind a keyset)");
                }
            }
            return new Keyset(handle, kind);
        } catch (GeneralSecurityException e) {
            // The parser's message may quote what it read.
            throw new IllegalArgumentException(
                    where + ": no keyset (expected: one of Tink in JSON, as `banyan bridge keys create` makes it)");
        }
    }

    private static Kind kind(Key key, String where) {
        if (key instanceof AesGcmKey gcm && gcm.getParameters().getKeySizeBytes() == GCM_KEY_BYTES) {
            return Kind.RANDOM;
        }
        if (key instanceof AesSivKey) {
            return Kind.DETERMINISTIC;
        }
        throw new IllegalArgumentException(where + ": a key that is neither " + Kind.RANDOM.algorithm + " nor "
                + Kind.DETERMINISTIC.algorithm + " (expected: one of the two)");
    }

    /** A keyset of one new key. */
    public static Keyset generate(Kind kind) {
        try {
            return new Keyset(KeysetHandle.generateNew(kind.parameters()), kind);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("making a key", e);
        }
    }

    /** The same with one more new key, which does not encrypt yet. */
    public Keyset withNewKey() {
        var builder = KeysetHandle.newBuilder(handle)
                .addEntry(KeysetHandle.generateEntryFromParameters(kind.parameters())
                        .withRandomId());
        return build(builder);
    }

    /** The same, in which the key {@code id} encrypts. */
    public Keyset encryptingWith(long id) {
        var builder = KeysetHandle.newBuilder(handle);
        builder.getAt(place(id)).makePrimary();
        return build(builder);
    }

    /** The same without the key {@code id}: what it encrypted nobody reads with this keyset any more. */
    public Keyset without(long id) {
        if (keys().contains(new KeyInfo(id, true))) {
            throw new IllegalArgumentException(
                    "key " + id + ": it encrypts (expected: `keys use` of another one before)");
        }
        var builder = KeysetHandle.newBuilder(handle);
        builder.deleteAt(place(id));
        return build(builder);
    }

    private Keyset build(KeysetHandle.Builder builder) {
        try {
            return new Keyset(builder.build(), kind);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("changing a keyset", e);
        }
    }

    /** The place of the key {@code id} among all entries, as the builder counts them: one that is disabled counts. */
    private int place(long id) {
        for (var i = 0; i < handle.size(); i++) {
            var entry = handle.getAt(i);
            if (isUsed(entry) && id(entry) == id) {
                return i;
            }
        }
        throw new IllegalArgumentException("key " + id + ": not in the keyset (expected: one of "
                + keys().stream().map(KeyInfo::id).toList() + ")");
    }

    public Kind kind() {
        return kind;
    }

    /** Every key that does something, the oldest first. */
    public List<KeyInfo> keys() {
        var keys = new ArrayList<KeyInfo>();
        for (var i = 0; i < handle.size(); i++) {
            var entry = handle.getAt(i);
            if (isUsed(entry)) {
                keys.add(new KeyInfo(id(entry), entry.isPrimary()));
            }
        }
        return keys;
    }

    private static boolean isUsed(KeysetHandle.Entry entry) {
        return entry.getStatus() == KeyStatus.ENABLED || entry.isPrimary();
    }

    private static long id(KeysetHandle.Entry entry) {
        return Integer.toUnsignedLong(entry.getId());
    }

    /** The keyset with its keys in clear. */
    public String json() {
        try {
            return TinkJsonProtoKeysetFormat.serializeKeyset(handle, InsecureSecretKeyAccess.get());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("writing a keyset", e);
        }
    }

    /** What encrypts with these keys: {@code enc:KEY:BASE64URL}, where what is encoded is a ciphertext of Tink. */
    public FieldCipher cipher() {
        var id = id(handle.getPrimary());
        try {
            return switch (kind) {
                case RANDOM -> {
                    var aead = handle.getPrimitive(RegistryConfiguration.get(), Aead.class);
                    yield new KeysetCipher(id, aead::encrypt, aead::decrypt);
                }
                case DETERMINISTIC -> {
                    var aead = handle.getPrimitive(RegistryConfiguration.get(), DeterministicAead.class);
                    yield new KeysetCipher(id, aead::encryptDeterministically, aead::decryptDeterministically);
                }
            };
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("using a keyset", e);
        }
    }
}
