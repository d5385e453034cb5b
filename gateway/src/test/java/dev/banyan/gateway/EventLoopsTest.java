package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class EventLoopsTest {

    /** As when there is no memory for what it reads; the process of a gateway ends then. */
    @Test
    void aLoopThatCannotGoOnIsNoticed() throws Exception {
        var noticed = new CountDownLatch(1);
        try (var group = new MultiThreadIoEventLoopGroup(1, failing(NioIoHandler.newFactory()))) {
            EventLoops.whenOneEnds(group, noticed::countDown);

            group.execute(() -> {});

            assertThat(noticed.await(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static IoHandlerFactory failing(IoHandlerFactory factory) {
        return executor -> {
            IoHandler handler = factory.newHandler(executor);
            return (IoHandler) Proxy.newProxyInstance(
                    IoHandler.class.getClassLoader(), new Class<?>[] {IoHandler.class}, (_, method, arguments) -> {
                        if (method.getName().equals("run") && arguments[0] instanceof IoHandlerContext) {
                            throw new OutOfMemoryError("as when nothing is left");
                        }
                        return method.invoke(handler, arguments);
                    });
        };
    }
}
