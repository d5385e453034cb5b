package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backend whose name moves to another address, and a name server that then fails. No request does. */
class NamesTest {

    @TempDir
    private Path folder;

    @Test
    void aNameThatMovesIsFollowedAndServesOnWhileDnsFails() throws Exception {
        InetAddress here = InetAddress.ofLiteral("127.0.0.1");
        InetAddress there = InetAddress.ofLiteral("127.0.0.2");
        try (var names = new NameServer(here);
                var first = new ScriptedServer("first");
                var second = new ScriptedServer("second", new ServerSocket(first.port(), 200, there))) {
            // Each reply ends its connection, so that each request looks the name up; else a connection is used for a
            // minute.
            for (var server : new ScriptedServer[] {first, second}) {
                String name = server == first ? "first" : "second";
                server.on("/", (_, wire) -> {
                    wire.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
                            .formatted(name.length(), name));
                    wire.close();
                });
            }
            String rules = "backends: [{name: legacy, url: \"http://shop.internal.test:%d\", baseline: true}]\n"
                    .formatted(first.port());
            try (var gateway = TestGateway.start(folder, rules, "--dns", "127.0.0.1:" + names.port())) {
                assertThat(gateway.ask("GET", "/")).endsWith("first");
                names.moveTo(there);
                allServedUntil(gateway, () -> gateway.ask("GET", "/").endsWith("second"));

                for (NameServer.Mood mood : new NameServer.Mood[] {NameServer.Mood.FAILS, NameServer.Mood.IS_SILENT}) {
                    names.be(mood);
                    int before = names.questions();
                    allServedUntil(gateway, () -> names.questions() > before + 3);
                }
                names.be(NameServer.Mood.ANSWERS);
                names.moveTo(here);
                allServedUntil(gateway, () -> gateway.ask("GET", "/").endsWith("first"));
            }
        }
    }

    /** Asks until the condition holds; every request on the way must be served. */
    private static void allServedUntil(TestGateway gateway, Callable<Boolean> condition) throws Exception {
        TestGateway.await("served, and looked up again", () -> {
            assertThat(gateway.ask("GET", "/")).startsWith("HTTP/1.1 200 ");
            return condition.call();
        });
    }
}
