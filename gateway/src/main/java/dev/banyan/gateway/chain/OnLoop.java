package dev.banyan.gateway.chain;

import io.netty.channel.EventLoop;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;

/** The event loop of a connection, for operators. Unlike the library's own, it runs what was given up too: only that lets go of buffers. */
record OnLoop(EventLoop loop) implements Scheduler {

    @Override
    public Disposable schedule(Runnable task) {
        loop.execute(task);
        return Disposables.never();
    }

    @Override
    public Worker createWorker() {
        return new Worker() {

            @Override
            public Disposable schedule(Runnable task) {
                return OnLoop.this.schedule(task);
            }

            @Override
            public void dispose() {}
        };
    }
}
