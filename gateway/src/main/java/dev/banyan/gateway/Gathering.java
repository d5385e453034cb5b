package dev.banyan.gateway;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;

/**
 * Lets other threads run once before a busy event loop asks the kernel again, so that it finds more messages at once: each time costs a
 * system call and often two changes of thread. A loop that had little to do waits as ever, and whatever comes is served at once.
 */
final class Gathering implements IoHandler {

    /** A loop that found so many completions the last time is busy: those of two or three requests. */
    private static final int BUSY = 16;

    private final IoHandler handler;
    private int found;

    private Gathering(IoHandler handler) {
        this.handler = handler;
    }

    static IoHandlerFactory of(IoHandlerFactory factory) {
        return executor -> new Gathering(factory.newHandler(executor));
    }

    @Override
    @SuppressWarnings("ThreadPriorityCheck") // it is a hint, and nothing depends on it
    public int run(IoHandlerContext context) {
        if (found >= BUSY && context.canBlock()) {
            Thread.yield();
        }
        found = handler.run(context);
        return found;
    }

    @Override
    public void initialize() {
        handler.initialize();
    }

    @Override
    public void prepareToDestroy() {
        handler.prepareToDestroy();
    }

    @Override
    public void destroy() {
        handler.destroy();
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        return handler.register(Alone.of(handle));
    }

    @Override
    public void wakeup() {
        handler.wakeup();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> type) {
        return handler.isCompatible(type);
    }
}
