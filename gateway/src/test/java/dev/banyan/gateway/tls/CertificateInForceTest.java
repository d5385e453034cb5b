package dev.banyan.gateway.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of files that change under a certificate in force. */
class CertificateInForceTest {

    @TempDir
    Path folder;

    private final X509Bundle authority = authority();
    private Instant now = Instant.parse("2026-06-01T00:00:00Z");
    private PemFiles files = new PemFiles(Path.of(""), Path.of(""));

    private static X509Bundle authority() {
        try {
            return new CertificateBuilder()
                    .subject("CN=Authority")
                    .setIsCertificateAuthority(true)
                    .buildSelfSigned();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void name() {
        files = new PemFiles(folder.resolve("own.pem"), folder.resolve("own.key"));
    }

    private X509Bundle valid(String from, String to) throws Exception {
        return new CertificateBuilder()
                .subject("CN=shop.test")
                .notBefore(Instant.parse(from + "T00:00:00Z"))
                .notAfter(Instant.parse(to + "T00:00:00Z"))
                .buildIssuedBy(authority);
    }

    private CertificateInForce start(X509Bundle first) throws IOException {
        save(first);
        return CertificateInForce.read(files, () -> now);
    }

    private void save(X509Bundle pair) throws IOException {
        Files.writeString(files.chain(), pair.getCertificatePathPEM());
        Files.writeString(files.key(), pair.getPrivateKeyPEM());
    }

    private static String serial(X509Bundle of) {
        return of.getCertificate().getSerialNumber().toString(16);
    }

    private static @Nullable String problem(CertificateInForce inForce) {
        var refused = inForce.lastRefused();
        return refused == null ? null : refused.problem();
    }

    @Test
    void filesCountWhenTheyAreTheSameTwice() throws Exception {
        X509Bundle first = valid("2026-01-01", "2027-01-01");
        X509Bundle second = valid("2026-02-01", "2027-02-01");
        try (var inForce = start(first)) {
            inForce.look();
            save(second);
            inForce.look();
            assertThat(inForce.serial()).isEqualTo(serial(first));
            inForce.look();
            assertThat(inForce.serial()).isEqualTo(serial(second));
            inForce.look();
            assertThat(inForce.swaps()).isEqualTo(1);
            assertThat(inForce.state()).isEqualTo("current");
        }
    }

    @Test
    void whatHasExpiredOrIsNotYetValidIsRefusedUntilItIs() throws Exception {
        X509Bundle first = valid("2026-01-01", "2027-01-01");
        try (var inForce = start(first)) {
            save(valid("2025-01-01", "2026-05-01"));
            look(inForce);
            assertThat(problem(inForce)).contains("own.pem: expired at 2026-05-01T00:00:00Z (expected:");
            X509Bundle next = valid("2026-06-02", "2027-06-02");
            save(next);
            look(inForce);
            assertThat(problem(inForce)).contains("own.pem: valid from 2026-06-02T00:00:00Z (expected:");
            assertThat(inForce.state()).isEqualTo("stale");
            assertThat(inForce.serial()).isEqualTo(serial(first));
            now = now.plus(Duration.ofDays(2));
            look(inForce);
            assertThat(inForce.serial()).isEqualTo(serial(next));
            assertThat(inForce.state()).isEqualTo("current");
            now = now.plus(Duration.ofDays(400));
            assertThat(inForce.state()).isEqualTo("expired");
        }
    }

    @Test
    void oneProblemIsSaidOnceAndEndsWhenTheOldFilesAreBack() throws Exception {
        X509Bundle first = valid("2026-01-01", "2027-01-01");
        try (var inForce = start(first)) {
            Files.delete(files.key());
            look(inForce);
            look(inForce);
            assertThat(problem(inForce)).isEqualTo(files.key() + ": missing (expected: a readable file)");
            assertThat(inForce.refusals()).isEqualTo(1);
            Files.writeString(files.chain(), "x".repeat(2 * 1024 * 1024));
            look(inForce);
            assertThat(problem(inForce)).contains("own.pem: more than 1048576 bytes");
            save(first);
            look(inForce);
            assertThat(problem(inForce)).isNull();
            assertThat(inForce.swaps()).isZero();
        }
    }

    private static void look(CertificateInForce inForce) {
        inForce.look();
        inForce.look();
    }
}
