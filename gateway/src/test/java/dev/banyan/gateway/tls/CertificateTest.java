package dev.banyan.gateway.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Which pairs of files may serve, and what is said of the others. */
class CertificateTest {

    private static final PemFiles FILES = new PemFiles(Path.of("own.pem"), Path.of("own.key"));

    private static X509Bundle authority() throws Exception {
        return new CertificateBuilder()
                .subject("CN=Authority")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
    }

    private static Certificate of(String chain, String key) throws IOException {
        return Certificate.of(FILES, new PemFiles.Text(chain, key));
    }

    @ParameterizedTest
    @EnumSource(
            value = Algorithm.class,
            names = {"ecp256", "ecp384", "rsa2048", "ed25519"})
    void aKeyServesWithItsOwnCertificateAndNoOther(Algorithm algorithm) throws Exception {
        X509Bundle authority = authority();
        X509Bundle one = new CertificateBuilder()
                .subject("CN=shop.test")
                .algorithm(algorithm)
                .buildIssuedBy(authority);
        X509Bundle other = new CertificateBuilder()
                .subject("CN=shop.test")
                .algorithm(algorithm)
                .buildIssuedBy(authority);
        Certificate certificate = of(one.getCertificatePEM() + authority.getCertificatePEM(), one.getPrivateKeyPEM());
        assertThat(certificate.chain()).hasSize(2).first().isEqualTo(one.getCertificate());
        for (X509Bundle wrong : List.of(other, authority)) {
            assertThatThrownBy(() -> of(one.getCertificatePathPEM(), wrong.getPrivateKeyPEM()))
                    .isInstanceOf(IOException.class)
                    .hasMessage("own.key: the key of another certificate (expected: that of CN=shop.test, the first of"
                            + " own.pem)");
        }
    }

    @Test
    void aKeyMayStandInTheFormsOpensslUsedToWrite() throws Exception {
        X509Bundle rsa = new CertificateBuilder().subject("CN=a").rsa2048().buildIssuedBy(authority());
        String old = pkcs1((RSAPrivateCrtKey) rsa.getKeyPair().getPrivate());
        assertThat(of(rsa.getCertificatePathPEM(), old).key())
                .isEqualTo(rsa.getKeyPair().getPrivate());
        X509Bundle ec = new CertificateBuilder().subject("CN=a").ecp256().buildIssuedBy(authority());
        var sec1 = sec1((ECPrivateKey) ec.getKeyPair().getPrivate());
        assertThat(((ECPrivateKey) of(ec.getCertificatePathPEM(), sec1).key()).getS())
                .isEqualTo(((ECPrivateKey) ec.getKeyPair().getPrivate()).getS());
    }

    /** What a key of PKCS #8 wraps, behind 26 bytes that say of what kind it is. */
    private static String pkcs1(PrivateKey key) {
        byte[] wrapped = key.getEncoded();
        return pem("RSA", Arrays.copyOfRange(wrapped, 26, wrapped.length));
    }

    /** A key of P-256 as RFC 5915 has it: version 1, the number in 32 bytes, the curve's name. */
    private static String sec1(ECPrivateKey key) {
        byte[] number = key.getS().toByteArray();
        byte[] der = HexFormat.of().parseHex("30310201010420" + "00".repeat(32) + "a00a06082a8648ce3d030107");
        int length = Math.min(number.length, 32);
        System.arraycopy(number, number.length - length, der, 7 + 32 - length, length);
        return pem("EC", der);
    }

    private static String pem(String kind, byte[] der) {
        return "-----BEGIN " + kind + " PRIVATE KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(der)
                + "\n-----END " + kind + " PRIVATE KEY-----\n";
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            EMPTY   | KEY     | own.pem: no certificate that can be read (expected: a PEM certificate chain)
            TEXT    | KEY     | own.pem: no certificate that can be read (expected: a PEM certificate chain)
            HALF    | KEY     | own.pem: no certificate that can be read (expected: a PEM certificate chain)
            KEY     | KEY     | own.pem: no certificate that can be read (expected: a PEM certificate chain)
            CHAIN   | EMPTY   | own.key: no key that can be read (expected: a PEM private key)
            CHAIN   | TEXT    | own.key: no key that can be read (expected: a PEM private key)
            CHAIN   | CHAIN   | own.key: no key that can be read (expected: a PEM private key)
            CHAIN   | HALFKEY | own.key: no key that can be read (expected: a PEM private key)
            STRANGE | KEY     | own.pem: certificate 2 is CN=Stranger (expected: CN=Authority, who issued the one before)
            REKEYED | KEY     | own.pem: certificate 2 is CN=Authority with another key (expected: the one by which the certificate before was signed)
            """)
    void whatCannotServeIsSaid(String chain, String key, String problem) throws Exception {
        X509Bundle authority = authority();
        X509Bundle own = new CertificateBuilder().subject("CN=shop.test").buildIssuedBy(authority);
        String stranger = new CertificateBuilder()
                .subject("CN=Stranger")
                .buildIssuedBy(authority)
                .getCertificatePEM();
        String rekeyed = authority().getCertificatePEM();
        java.util.function.UnaryOperator<String> text = name -> switch (name) {
            case "EMPTY" -> "";
            case "TEXT" -> "nothing\n";
            case "HALF" -> own.getCertificatePEM().substring(0, 300);
            case "HALFKEY" -> own.getPrivateKeyPEM().substring(0, 80);
            case "CHAIN" -> own.getCertificatePathPEM();
            case "REKEYED" -> own.getCertificatePEM() + rekeyed;
            case "STRANGE" -> own.getCertificatePEM() + stranger;
            default -> own.getPrivateKeyPEM();
        };
        assertThatThrownBy(() -> of(text.apply(chain), text.apply(key)))
                .isInstanceOf(IOException.class)
                .hasMessage(problem);
    }

    @Test
    void whoSpeaksOnlyWhatHttp2ForbidsIsServedByHttp1() {
        List<String> both = List.of("h2", "http/1.1");
        assertThat(ServerTls.choose("TLS_AES_128_GCM_SHA256", both)).isEqualTo("h2");
        assertThat(ServerTls.choose("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", both))
                .isEqualTo("h2");
        for (String suite : List.of("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "TLS_RSA_WITH_AES_128_GCM_SHA256")) {
            assertThat(ServerTls.choose(suite, both)).isEqualTo("http/1.1");
            assertThat(ServerTls.choose(suite, List.of("h2"))).isNull();
        }
        assertThat(ServerTls.choose("TLS_AES_128_GCM_SHA256", List.of("http/1.0")))
                .isEmpty();
    }
}
