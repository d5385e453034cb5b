package dev.banyan.gateway.tls;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAKey;
import java.time.Instant;
import java.util.List;
import org.springframework.boot.ssl.pem.PemContent;

/**
 * A certificate chain and the private key of its first certificate, which belong together.
 *
 * @param chain the server's own first, each of the others having issued the one before; never empty
 */
record Certificate(List<X509Certificate> chain, PrivateKey key) {

    private static final byte[] SIGNED = "banyan".getBytes(StandardCharsets.US_ASCII);

    Certificate {
        chain = List.copyOf(chain);
    }

    /** Reads what {@code files} held; throws when nobody could be served by it, with the reason and the file. */
    static Certificate of(PemFiles files, PemFiles.Text text) throws IOException {
        List<X509Certificate> chain = chain(files, text.chain());
        PrivateKey key = key(files, text.key());
        if (!fits(key, chain.getFirst().getPublicKey())) {
            throw new IOException(files.key() + ": the key of another certificate (expected: that of "
                    + name(chain.getFirst()) + ", the first of " + files.chain() + ")");
        }
        return new Certificate(chain, key);
    }

    private static List<X509Certificate> chain(PemFiles files, String text) throws IOException {
        List<X509Certificate> chain;
        try {
            chain = PemContent.of(text).getCertificates();
        } catch (IllegalStateException | IllegalArgumentException e) {
            throw new IOException(
                    files.chain() + ": no certificate that can be read (expected: a PEM certificate chain)", e);
        }
        for (int i = 1; i < chain.size(); i++) {
            X509Certificate issued = chain.get(i - 1);
            if (!issued.getIssuerX500Principal().equals(chain.get(i).getSubjectX500Principal())) {
                throw new IOException(files.chain() + ": certificate " + (i + 1) + " is " + name(chain.get(i))
                        + " (expected: " + issued.getIssuerX500Principal() + ", who issued the one before)");
            }
            if (!isSigned(issued, chain.get(i).getPublicKey())) {
                throw new IOException(files.chain() + ": certificate " + (i + 1) + " is " + name(chain.get(i))
                        + " with another key (expected: the one by which the certificate before was signed)");
            }
        }
        return chain;
    }

    private static boolean isSigned(X509Certificate issued, PublicKey by) {
        try {
            issued.verify(by);
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static PrivateKey key(PemFiles files, String text) throws IOException {
        RuntimeException problem = null;
        try {
            PrivateKey key = PemContent.of(text).getPrivateKey();
            if (key != null) {
                return key;
            }
        } catch (IllegalStateException | IllegalArgumentException e) {
            problem = e;
        }
        throw new IOException(files.key() + ": no key that can be read (expected: a PEM private key)", problem);
    }

    private static boolean fits(PrivateKey key, PublicKey certified) throws IOException {
        if (key instanceof RSAKey one && certified instanceof RSAKey other) {
            return one.getModulus().equals(other.getModulus());
        }
        try {
            var signature =
                    Signature.getInstance("EC".equals(key.getAlgorithm()) ? "SHA256withECDSA" : key.getAlgorithm());
            signature.initSign(key);
            signature.update(SIGNED);
            byte[] signed = signature.sign();
            signature.initVerify(certified);
            signature.update(SIGNED);
            return signature.verify(signed);
        } catch (InvalidKeyException e) {
            return false; // of another kind than the certificate's
        } catch (GeneralSecurityException e) {
            throw new IOException("a key for " + key.getAlgorithm() + " (expected: RSA, EC or EdDSA)", e);
        }
    }

    /** When all of the chain are valid at last. */
    Instant notBefore() {
        return chain.stream()
                .map(each -> each.getNotBefore().toInstant())
                .max(Instant::compareTo)
                .orElseThrow();
    }

    /** When one of the chain expires. */
    Instant notAfter() {
        return chain.stream()
                .map(each -> each.getNotAfter().toInstant())
                .min(Instant::compareTo)
                .orElseThrow();
    }

    String name() {
        return name(chain.getFirst());
    }

    String serial() {
        return chain.getFirst().getSerialNumber().toString(16);
    }

    private static String name(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().toString();
    }
}
