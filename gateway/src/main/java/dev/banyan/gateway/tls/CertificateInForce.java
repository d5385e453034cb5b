package dev.banyan.gateway.tls;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate that clients are shown. Its files are read every half second; what they hold then is checked, and serves
 * from the next handshake on, or is refused as a whole, and the one before goes on serving.
 */
public final class CertificateInForce implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CertificateInForce.class);

    /** Texts count once they are the same twice, so that a pair that is being written is read when it is whole. */
    private static final Duration POLL = Duration.ofMillis(500);

    private final PemFiles files;
    private final InstantSource clock;
    private final Thread thread;
    private volatile Loaded loaded;
    private volatile @Nullable Refused lastRefused;
    private final AtomicLong swaps = new AtomicLong();
    private final AtomicLong refusals = new AtomicLong();
    private PemFiles.@Nullable Text before;
    private String complaint = "";

    private record Loaded(PemFiles.Text text, Certificate certificate, SslContext tls, Instant since) {}

    /** What was offered and refused; the one before still serves. */
    public record Refused(Instant at, String problem) {}

    private CertificateInForce(PemFiles files, InstantSource clock, Loaded loaded) {
        this.files = files;
        this.clock = clock;
        this.loaded = loaded;
        this.thread = Thread.ofVirtual().name("certificate-watch").unstarted(this::run);
    }

    /** Reads the files; one that has expired serves with a warning, since there is no better one. */
    public static CertificateInForce read(PemFiles files, InstantSource clock) throws IOException {
        Loaded loaded = load(files, files.read(), clock.instant());
        if (loaded.certificate.notAfter().isBefore(clock.instant())) {
            LOG.warn("{} has expired at {}", files.chain(), loaded.certificate.notAfter());
        }
        return new CertificateInForce(files, clock, loaded);
    }

    private static Loaded load(PemFiles files, PemFiles.Text text, Instant now) throws IOException {
        Certificate certificate = Certificate.of(files, text);
        try {
            SslContext tls = SslContextBuilder.forServer(certificate.key(), certificate.chain())
                    .build();
            return new Loaded(text, certificate, tls, now);
        } catch (IOException | IllegalArgumentException e) {
            throw new IOException(files.chain() + ": " + e.getMessage() + " (expected: a chain to serve TLS by)", e);
        }
    }

    /** Follows the files from now on. */
    public void watch() {
        thread.start();
    }

    /** Returns the TLS of a port: of each connection, that in force when it begins; with HTTP/2 if {@code http2}. */
    public SslContext tls(boolean http2) {
        return new ServerTls(() -> loaded.tls, http2);
    }

    private void run() {
        try {
            while (true) {
                TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
                look();
            }
        } catch (InterruptedException e) {
            LOG.debug("no longer watching {}", files.chain());
        }
    }

    /** Takes or refuses what the files hold, when they held the same the last time. */
    void look() {
        try {
            PemFiles.Text now = files.read();
            boolean whole = now.equals(before);
            before = now;
            if (whole) {
                take(now);
            }
        } catch (IOException e) {
            refuse(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            refuse(files.chain() + ": " + e);
        }
    }

    private void take(PemFiles.Text text) throws IOException {
        if (text.equals(loaded.text)) {
            accepted();
            return;
        }
        Instant now = clock.instant();
        Loaded next = load(files, text, now);
        Certificate certificate = next.certificate;
        if (certificate.notAfter().isBefore(now)) {
            throw new IOException(
                    files.chain() + ": expired at " + certificate.notAfter() + " (expected: one that is valid)");
        }
        if (certificate.notBefore().isAfter(now)) {
            throw new IOException(files.chain() + ": valid from " + certificate.notBefore()
                    + " (expected: one that is valid already; this one is taken then)");
        }
        loaded = next;
        swaps.incrementAndGet();
        accepted();
        LOG.info(
                "certificate of {}, serial {}, in force until {}",
                certificate.name(),
                certificate.serial(),
                certificate.notAfter());
    }

    private void accepted() {
        complaint = "";
        lastRefused = null;
    }

    /** Says it once for as long as it is the same. */
    private void refuse(String problem) {
        if (!problem.equals(complaint)) {
            complaint = problem;
            refusals.incrementAndGet();
            lastRefused = new Refused(clock.instant(), problem);
            LOG.error("certificate kept as it was: {}", problem);
        }
    }

    /** Whose certificate serves, as an X.500 name. */
    public String name() {
        return loaded.certificate.name();
    }

    /** Its serial number, in hexadecimal digits. */
    public String serial() {
        return loaded.certificate.serial();
    }

    /** When it, or another one of its chain, expires. */
    public Instant notAfter() {
        return loaded.certificate.notAfter();
    }

    /** Since when it serves. */
    public Instant since() {
        return loaded.since;
    }

    /** What was refused last, until the files are good again; else null. */
    public @Nullable Refused lastRefused() {
        return lastRefused;
    }

    /** Returns {@code current}, {@code stale} (what is in the files is refused) or {@code expired}. */
    public String state() {
        return notAfter().isBefore(clock.instant()) ? "expired" : lastRefused == null ? "current" : "stale";
    }

    public long swaps() {
        return swaps.get();
    }

    public long refusals() {
        return refusals.get();
    }

    /** Shows when it expires, and what becomes of its files. */
    public void countIn(MeterRegistry meters) {
        Gauge.builder("banyan.certificate.expires", this, c -> c.notAfter().getEpochSecond())
                .baseUnit("seconds")
                .description("when the certificate of the data port expires, in Unix time")
                .register(meters);
        Gauge.builder("banyan.certificate.stale", this, c -> c.lastRefused() == null ? 0 : 1)
                .description("1 while what is in the certificate's files is refused and an older one serves")
                .register(meters);
        FunctionCounter.builder("banyan.certificate.swaps", this, CertificateInForce::swaps)
                .register(meters);
        FunctionCounter.builder("banyan.certificate.rejections", this, CertificateInForce::refusals)
                .register(meters);
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
