package dev.banyan.gateway.backend;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.security.cert.CertificateException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in the log what of a backend is not believed: its certificate, or that a reply of its has ended. Each at once, and as long as it is not
 * once a minute.
 */
public final class Distrust {

    private static final Logger LOG = LoggerFactory.getLogger(Distrust.class);

    private static final long AGAIN_NANOS = 60_000_000_000L;

    private final String backend;

    /** When each was said last; 0 until it was. */
    private final AtomicLong certificateSaidAt = new AtomicLong();

    private final AtomicLong endSaidAt = new AtomicLong();

    Distrust(String backend) {
        this.backend = backend;
    }

    /** Listens to a handshake with the backend. */
    public void listenTo(SslHandler tls) {
        tls.handshakeFuture().addListener((Future<Channel> done) -> {
            CertificateException why = done.isSuccess() ? null : in(done.cause());
            if (why != null && isTime(certificateSaidAt)) {
                Throwable root = root(why);
                LOG.warn(
                        "backend {}: its certificate is not believed: {}: {}",
                        backend,
                        root.getClass().getSimpleName(),
                        root.getMessage());
            }
        });
    }

    /** It has ended a reply that ends with its connection, and not as TLS wants it. */
    void endedWithoutGoodbye() {
        if (isTime(endSaidAt)) {
            LOG.warn(
                    "backend {}: ended a reply without close_notify, length or chunks: it may have been cut short, and breaks off for the"
                            + " client; a server that never says goodbye must send Content-Length or chunks",
                    backend);
        }
    }

    private static boolean isTime(AtomicLong saidAt) {
        long now = System.nanoTime() | 1;
        long before = saidAt.get();
        return (before == 0 || now - before >= AGAIN_NANOS) && saidAt.compareAndSet(before, now);
    }

    /** Returns what is wrong with a certificate, where that is why a handshake failed; null where it is something else. */
    static @Nullable CertificateException in(@Nullable Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateException found) {
                return found;
            }
        }
        return null;
    }

    private static Throwable root(Throwable error) {
        Throwable root = error;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }
}
