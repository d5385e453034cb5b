package dev.banyan.gateway;

import io.netty.channel.Channel;
import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUringIoHandle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection over io_uring that ends alone when there is no memory for what it reads. Netty's other transports see to that
 * themselves; over this one its event loop would end.
 */
@SuppressWarnings("try") // Netty: nobody closes it as a resource
final class Alone implements IoUringIoHandle {

    private static final Logger LOG = LoggerFactory.getLogger(Alone.class);

    private final IoUringIoHandle handle;

    private Alone(IoUringIoHandle handle) {
        this.handle = handle;
    }

    static IoHandle of(IoHandle handle) {
        return handle instanceof IoUringIoHandle uring ? new Alone(uring) : handle;
    }

    @Override
    public void handle(IoRegistration registration, IoEvent event) {
        try {
            handle.handle(registration, event);
        } catch (OutOfMemoryError e) {
            if (!isConnection()) {
                throw e; // a port that is closed serves nobody either
            }
            LOG.warn("no memory for what a connection reads or writes, so that it ends: {}", e.toString());
            try {
                handle.close();
            } catch (Exception failed) {
                e.addSuppressed(failed);
                throw e;
            }
        }
    }

    private boolean isConnection() {
        return handle instanceof Channel.Unsafe unsafe && unsafe.remoteAddress() != null;
    }

    @Override
    public void registered() {
        handle.registered();
    }

    @Override
    public void unregistered() {
        handle.unregistered();
    }

    @Override
    public void close() throws Exception {
        handle.close();
    }
}
