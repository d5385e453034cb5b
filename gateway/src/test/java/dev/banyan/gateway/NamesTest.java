package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
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
            String rules = """
                    backends:
                      - {name: legacy, url: "http://shop.internal.test:%1$d", baseline: true}
                      - {name: new, url: "http://new.internal.test:%1$d", timeouts: {connect: 500ms}}
                      - {name: copied, url: "http://copied.internal.test:%1$d"}
                    routes:
                      - {name: new, matches: [{path: {value: /new}}], candidate: new, stage: complete}
                      - name: copied
                        matches: [{path: {value: /copied}}]
                        candidate: copied
                        stage: shadow
                        mirror: {percent: 100, timeout: 300ms}
                    """.formatted(first.port());
            try (var gateway = TestGateway.start(folder, rules, "--dns", "127.0.0.1:" + names.port())) {
                names.be(
                        NameServer.Mood
                                .IS_SLOW); // which is not the backend's: its limit begins when its address is known
                assertThat(gateway.ask("GET", "/new")).startsWith("HTTP/1.1 200 ");
                assertThat(gateway.ask("GET", "/copied")).startsWith("HTTP/1.1 200 ");
                TestGateway.await(
                        "a copy's time is over before it is connected",
                        () -> gateway.route("copied")
                                        .path("mirror")
                                        .path("copyErrors")
                                        .path("candidate")
                                        .asInt(0)
                                == 1);
                assertThat(first.heads("/copied")).noneMatch(head -> head.contains("X-Banyan-Mirror"));
                names.be(NameServer.Mood.ANSWERS);
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

    /** The address that serves is on its turn half of the time, and the other one first. */
    @Test
    void aNameWithAnAddressThatRefusesOrSwallowsConnectionsIsServedByItsOther() throws Exception {
        InetAddress here = InetAddress.ofLiteral("127.0.0.1");
        InetAddress dead = InetAddress.ofLiteral("127.0.0.2");
        try (var names = new NameServer(here, dead);
                var legacy = new ScriptedServer("legacy")) {
            for (String path : new String[] {"/lean", "/chain"}) {
                legacy.on(path, (_, wire) -> wire.send(
                                "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok")
                        .close());
            }
            legacy.reply("/ws", StreamsTest.SWITCHED);
            try (var gateway =
                    TestGateway.start(folder, bothPaths(legacy.port()), "--dns", "127.0.0.1:" + names.port())) {
                eachPathIsServed(gateway);
                eachPathIsServed(gateway);
                try (var _ = new BlackHole(dead, legacy.port())) {
                    eachPathIsServed(gateway);
                    eachPathIsServed(gateway);
                }
            }
        }
    }

    /** They come over TCP. Each connection tries a few of them, and begins with another one. */
    @Test
    void aNameWithAThousandAddressesIsServedByMoreThanItsFirst() throws Exception {
        InetAddress[] thousand = new InetAddress[1_000];
        for (int i = 0; i < thousand.length; i++) {
            thousand[i] = InetAddress.getByAddress(new byte[] {127, 0, (byte) (1 + i / 250), (byte) (1 + i % 250)});
        }
        Set<InetAddress> reached = ConcurrentHashMap.newKeySet();
        try (var names = new NameServer(thousand);
                var legacy = new ScriptedServer("legacy", new ServerSocket(0, 200, InetAddress.ofLiteral("0.0.0.0")))) {
            for (String path : new String[] {"/lean", "/chain"}) {
                legacy.on(path, (_, wire) -> {
                    reached.add(wire.socket().getLocalAddress());
                    wire.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok")
                            .close();
                });
            }
            legacy.reply("/ws", StreamsTest.SWITCHED);
            try (var gateway =
                    TestGateway.start(folder, bothPaths(legacy.port()), "--dns", "127.0.0.1:" + names.port())) {
                for (int i = 0; i < 20; i++) {
                    eachPathIsServed(gateway);
                }
                assertThat(reached).hasSizeGreaterThan(20).isSubsetOf(thousand);
            }
        }
    }

    /** The gateway's address is one of them, and then all of them; clouds' is there from the beginning. */
    @Test
    void anAddressThatIsForbiddenIsNotTriedBesideOthersNorOnceANameHasMovedThere() throws Exception {
        InetAddress good = InetAddress.ofLiteral("127.0.0.1");
        InetAddress[] ofClouds = {InetAddress.ofLiteral("169.254.169.254"), InetAddress.ofLiteral("64:ff9b::a9fe:a9fe")
        };
        try (var names = new NameServer(ofClouds[0], good, ofClouds[1]);
                var legacy = new ScriptedServer("legacy")) {
            for (String path : new String[] {"/lean", "/chain"}) {
                legacy.on(path, (_, wire) -> wire.send(
                                "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok")
                        .close());
            }
            legacy.reply("/ws", StreamsTest.SWITCHED);
            try (var gateway =
                    TestGateway.start(folder, bothPaths(legacy.port()), "--dns", "127.0.0.1:" + names.port())) {
                for (int i = 0; i < 4; i++) {
                    eachPathIsServed(gateway);
                }
                names.moveTo(ofClouds);
                int before = names.questions();
                TestGateway.await("served, and looked up again", () -> {
                    eachPathIsServed(gateway);
                    return names.questions() > before + 5;
                });
                assertThat(asked(gateway, legacy.port()))
                        .extracting(InetSocketAddress::getAddress)
                        .containsOnly(good);
            }
        }
    }

    /** A gate's name, which the system's own resolver does not know, leads to clouds' address first and again in the end. */
    @Test
    void gatesAskNobodyAtAnAddressThatIsForbidden() throws Exception {
        InetAddress good = InetAddress.ofLiteral("127.0.0.1");
        InetAddress ofClouds = InetAddress.ofLiteral("169.254.169.254");
        try (var names = new NameServer(ofClouds);
                var legacy = new ScriptedServer("legacy")) {
            legacy.on("/lag", (_, wire) -> wire.send(
                            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 17\r\n\r\n{\"lagMillis\":700}")
                    .close());
            String rules = """
                    backends:
                      - {name: legacy, url: "%1$s", baseline: true}
                      - {name: new, url: "%1$s"}
                    cohorts:
                      - {name: customer, key: [{header: X-Customer}], salt: s}
                    routes:
                      - name: gated
                        matches: [{path: {value: /gated}}]
                        candidate: new
                        cohort: customer
                        steps: [{setWeight: 5%%}, {setWeight: 100%%}]
                        analysis: {minRequests: 1, gates: [{metric: cdcLag, from: "http://lag.internal.test:%2$d/lag", max: 1s}]}
                    """.formatted(legacy.url(), legacy.port());
            try (var gateway = TestGateway.start(folder, rules, "--dns", "127.0.0.1:" + names.port())) {
                TestGateway.await("nobody is asked", () -> gateway.adminText("/admin/shifts/gated")
                        .contains("lag.internal.test leads where no rule may"));
                names.moveTo(good);
                TestGateway.await("its answer", () -> gateway.adminText("/admin/shifts/gated")
                        .contains("700 ms behind"));
                names.moveTo(ofClouds);
                int before = names.questions();
                TestGateway.await("looked up again", () -> names.questions() > before + 3);
                assertThat(gateway.adminText("/admin/shifts/gated")).contains("700 ms behind");
            }
        }
    }

    /** What whoever connects now is told. */
    private static List<InetSocketAddress> asked(TestGateway gateway, int port) throws Exception {
        var backend = gateway.gateway().rules().current().backends().get("legacy");
        try (var loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory())) {
            return backend.addresses()
                    .getResolver(loops.next())
                    .resolveAll(InetSocketAddress.createUnresolved("shop.internal.test", port))
                    .get();
        }
    }

    private static String bothPaths(int port) {
        return """
                backends:
                  - {name: legacy, url: "http://shop.internal.test:%1$d", baseline: true, timeouts: {connect: 2s}}
                  - {name: new, url: "http://shop.internal.test:%1$d", timeouts: {connect: 2s}}
                routes:
                  - name: chain
                    matches: [{path: {value: /chain}}]
                    candidate: new
                    stage: complete
                    filters: [SecureHeaders]
                """.formatted(port);
    }

    private static void eachPathIsServed(TestGateway gateway) throws Exception {
        assertThat(gateway.ask("GET", "/lean")).startsWith("HTTP/1.1 200 ");
        assertThat(gateway.ask("GET", "/chain")).startsWith("HTTP/1.1 200 ");
        assertThat(upgrade(gateway, "/ws")).startsWith("HTTP/1.1 101 ");
    }

    @Test
    void aNameThatLeadsToTheGatewayItselfIsNoAddressOnAnyPath() throws Exception {
        int admin = freePort();
        try (var names = new NameServer(InetAddress.ofLiteral("127.0.0.1"));
                var legacy = new ScriptedServer("legacy")) {
            String rules = """
                    backends:
                      - {name: legacy, url: "%s", baseline: true}
                      - {name: admin, url: "http://admin.internal.test:%d"}
                    routes:
                      - {name: lean, matches: [{path: {value: /lean}}], candidate: admin, stage: complete}
                      - name: chain
                        matches: [{path: {value: /chain}}]
                        candidate: admin
                        stage: complete
                        filters: [SecureHeaders]
                      - name: copied
                        matches: [{path: {value: /copied}}]
                        candidate: admin
                        stage: shadow
                        mirror: {percent: 100}
                    """.formatted(legacy.url(), admin);
            try (var gateway = TestGateway.start(
                    folder, rules, "--dns", "127.0.0.1:" + names.port(), "--admin-port", Integer.toString(admin))) {
                // More than once: what is known of a name is not asked again at once.
                for (int i = 0; i < 3; i++) {
                    assertThat(gateway.ask("GET", "/lean")).startsWith("HTTP/1.1 502 ");
                    assertThat(gateway.ask("GET", "/chain")).startsWith("HTTP/1.1 502 ");
                    assertThat(upgrade(gateway, "/lean")).startsWith("HTTP/1.1 502 ");
                    assertThat(gateway.ask("GET", "/copied")).endsWith("legacy");
                }
                TestGateway.await(
                        "copies fail",
                        () -> gateway.route("copied")
                                        .path("mirror")
                                        .path("copyErrors")
                                        .path("candidate")
                                        .asInt(0)
                                == 3);
            }
        }
    }

    private static String upgrade(TestGateway gateway, String target) throws Exception {
        return gateway.ask(
                "GET " + target + " HTTP/1.1\r\nHost: shop.test\r\nConnection: Upgrade\r\n"
                        + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    }

    private static int freePort() throws Exception {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
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
