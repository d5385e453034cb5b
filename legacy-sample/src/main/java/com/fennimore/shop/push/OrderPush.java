package com.fennimore.shop.push;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Tells everybody who listens on this server that an order changed its status. Listeners live in memory. */
@Component
public class OrderPush implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(OrderPush.class);
    private static final int WAITING_MAX = 10_000;

    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final ThreadPoolExecutor sender = new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(WAITING_MAX),
            task -> {
                Thread thread = new Thread(task, "order-push");
                thread.setDaemon(true);
                return thread;
            },
            new ThreadPoolExecutor.DiscardOldestPolicy());
    private volatile boolean running;

    /** A browser that listens. All three may throw: then it is forgotten. */
    public interface Listener {

        /** customerId is whose order it is. */
        void send(int customerId, String json) throws Exception;

        void keepAlive() throws Exception;

        void close() throws Exception;
    }

    public void add(Listener listener) {
        listeners.add(listener);
    }

    public void remove(Listener listener) {
        listeners.remove(listener);
    }

    public void statusChanged(long orderNo, int customerId, String status) {
        String json = "{\"orderNo\":" + orderNo + ",\"status\":\"" + status + "\"}";
        sender.execute(() -> each(listener -> listener.send(customerId, json)));
    }

    @Scheduled(fixedRate = 15_000, initialDelay = 15_000)
    void keepAlive() {
        sender.execute(() -> each(Listener::keepAlive));
    }

    private interface Call {
        void on(Listener listener) throws Exception;
    }

    private void each(Call call) {
        for (Listener listener : List.copyOf(listeners)) {
            try {
                call.on(listener);
            } catch (Exception e) {
                log.debug("a listener is gone: {}", e.getMessage());
                remove(listener);
            }
        }
    }

    @Override
    public void start() {
        running = true;
    }

    /** Before the web server waits for open requests: these would never end by themselves. */
    @Override
    public void stop() {
        running = false;
        each(Listener::close);
        sender.shutdown();
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
