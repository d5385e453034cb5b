package dev.banyan.gateway.backend;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.security.cert.CertificateException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says in the log why a backend's certificate is not believed: at once, and as long as it is not once a minute. */
public final class Distrust {

    private static final Logger LOG = LoggerFactory.getLogger(Distrust.class);

    private static final long AGAIN_NANOS = 60_000_000_000L;

    private final String backend;

    /** 0 until something was said. */
    private final AtomicLong saidAt = new AtomicLong();

    Distrust(String backend) {
        this.backend = backend;
    }

    /** Listens to a handshake with the backend. */
    public void listenTo(SslHandler tls) {
        tls.handshakeFuture().addListener((Future<Channel> done) -> {
            CertificateException why = done.isSuccess() ? null : in(done.cause());
            long now = System.nanoTime() | 1;
            long before = saidAt.get();
            if (why != null && (before == 0 || now - before >= AGAIN_NANOS) && saidAt.compareAndSet(before, now)) {
                Throwable root = root(why);
                LOG.warn(
                        "backend {}: its certificate is not believed: {}: {}",
                        backend,
                        root.getClass().getSimpleName(),
                        root.getMessage());
            }
        });
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
