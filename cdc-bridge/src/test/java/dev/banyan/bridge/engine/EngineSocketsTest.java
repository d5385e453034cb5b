package dev.banyan.bridge.engine;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A server that says nothing, as behind a cut, holds nobody whose sockets are closed. */
class EngineSocketsTest {

    private static Connection connect(int port) {
        var properties = new Properties();
        properties.setProperty("socketFactory", EngineSockets.class.getName());
        properties.setProperty("socketFactoryArg", "mute");
        try {
            return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port + "/mute", properties);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whoWaitsIsToldAndWhoComesLaterToo() throws Exception {
        try (var mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            EngineSockets.open("mute");
            var waiting = CompletableFuture.supplyAsync(() -> connect(mute.getLocalPort()));
            try (var accepted = mute.accept()) {
                accepted.getInputStream().read(); // it asks, and waits for the answer

                EngineSockets.close("mute");

                assertThatThrownBy(() -> waiting.get(60, TimeUnit.SECONDS)).hasRootCauseMessage("Socket closed");
            }
            assertThatThrownBy(() -> connect(mute.getLocalPort())).hasRootCauseMessage("Socket is closed");
        }
    }
}
