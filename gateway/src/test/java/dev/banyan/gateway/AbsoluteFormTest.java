package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Which hosts a URL in a request line may name, with and without {@code --absolute-form}. */
@SuppressWarnings("StringConcatToTextBlock") // line ends on the wire are CRLF
@ParameterizedClass
@EnumSource(
        value = Way.class,
        names = {"CHAIN", "LEAN"})
class AbsoluteFormTest {

    private static final String ELSEWHERE = "400 Bad Request: target names another host";
    private static final String NOT_SERVED =
            "421 Misdirected Request: target is a URL of a host that is not served here";

    @TempDir
    static Path folder;

    private static ScriptedServer server;
    private static TestGateway any;
    private static TestGateway two;

    @Parameter
    Way way;

    @BeforeParameterizedClassInvocation
    static void start(Way way) throws Exception {
        TestGateway.take(way);
        server = new ScriptedServer("legacy");
        server.on("/orders?x=1", (head, wire) -> {
            String first = head.substring(0, head.indexOf("\r\n"));
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + first.length() + "\r\n\r\n" + first);
        });
        server.reply("/ws", StreamsTest.SWITCHED);
        String rules = "backends: [{name: legacy, url: \"%s\", baseline: true}]\n".formatted(server.url());
        any = TestGateway.start(folder.resolve("any-" + way), rules);
        two = TestGateway.start(
                folder.resolve("two-" + way),
                rules,
                "--absolute-form",
                "shop.test",
                "--absolute-form",
                "[2001:db8::1]:8080");
    }

    @AfterParameterizedClassInvocation
    static void stop() throws IOException {
        any.close();
        two.close();
        server.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    http://shop.test/orders?x=1          | shop.test          | 200 | 200
                    HTTP://SHOP.test:80/orders?x=1       | shop.test          | 200 | 200
                    https://shop.test/orders?x=1         | shop.test:443      | 200 | 200
                    http://[2001:db8::1]:8080/orders?x=1 | [2001:db8::1]:8080 | 200 | 200
                    /orders?x=1                          | stranger.test      | 200 | 200
                    http://stranger.test/orders?x=1      | stranger.test      | 200 | 421
                    http://shop.test:8080/orders?x=1     | shop.test:8080     | 200 | 421
                    https://shop.test:80/orders?x=1      | shop.test:80       | 200 | 421
                    http://shop.test./orders?x=1         | shop.test.         | 200 | 421
                    http://a.shop.test/orders?x=1        | a.shop.test        | 200 | 421
                    http://[2001:db8::1]/orders?x=1      | [2001:db8::1]      | 200 | 421
                    http://127.0.0.1/orders?x=1          | 127.0.0.1          | 200 | 421
                    http://stranger.test/orders?x=1      | shop.test          | 400 | 400
                    http://shop.test/orders?x=1          | stranger.test      | 400 | 400
                    http://shop.test@stranger.test/      | stranger.test      | 400 | 400
                    http://shop.test%2estranger.test/    | stranger.test      | 400 | 400
                    http://shop.test:80:80/              | shop.test          | 400 | 400
                    http:///orders?x=1                   | shop.test          | 400 | 400
                    ftp://shop.test/orders?x=1           | shop.test          | 400 | 400
                    shop.test/orders?x=1                 | shop.test          | 400 | 400
                    """)
    void aUrlMayNameTheHostThatIsAskedForAndOnlyThoseThatAreNamed(
            String target, String host, int unlessNamed, int whereNamed) throws Exception {
        String request = "GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
        check(any, request, unlessNamed);
        check(two, request, whereNamed);
    }

    private static void check(TestGateway gateway, String request, int status) throws Exception {
        check(gateway, request, status, status == 421 ? NOT_SERVED : reasonOf400(request));
    }

    private static void check(TestGateway gateway, String request, int status, String reason) throws Exception {
        try (var wire = gateway.wire()) {
            String reply = wire.send(request).reply();
            assertThat(reply).startsWith("HTTP/1.1 " + status);
            if (status == 200) {
                assertThat(reply).endsWith("GET /orders?x=1 HTTP/1.1");
                return;
            }
            assertThat(reply).containsIgnoringCase("\r\nconnection: close\r\n");
            assertThat(reply.strip()).endsWith(reason);
            // What came behind it is nobody's request.
            wire.sendIfOpen("GET /orders?x=1 HTTP/1.1\r\nHost: shop.test\r\n\r\n");
            assertThat(wire.toItsEnd()).isEmpty();
        }
    }

    private static String reasonOf400(String request) {
        return request.startsWith("GET http")
                ? ELSEWHERE
                : "400 Bad Request: target is neither a path nor this host's URL";
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    http://shop.test/orders?x=1           | shop.test          | 200
                    HTTP://SHOP.test:80/orders?x=1        | SHOP.test:80       | 200
                    http://[2001:db8::1]:8080/orders?x=1  | [2001:db8::1]:8080 | 200
                    http://stranger.test/orders?x=1       | stranger.test      | 421
                    http://a@shop.test/orders?x=1         |                    | 400
                    http:///orders?x=1                    |                    | 400
                    """)
    void whereNoHostIsSaidWhichHttp10MayTheUrlSaysIt(String target, String host, int whereNamed) throws Exception {
        int before = server.heads("/orders").size();
        check(any, "GET " + target + " HTTP/1.0\r\n\r\n", host == null ? 400 : 200);
        check(two, "GET " + target + " HTTP/1.0\r\n\r\n", whereNamed);
        check(any, "GET " + target + " HTTP/1.1\r\n\r\n", 400, "400 Bad Request: not exactly one Host");
        List<String> asked = server.heads("/orders");
        assertThat(asked.subList(before, asked.size()))
                .hasSize((host == null ? 0 : 1) + (whereNamed == 200 ? 1 : 0))
                .allSatisfy(head -> assertThat(head).containsIgnoringCase("\r\nHost: " + host + "\r\n"));
    }

    @Test
    void aWebSocketIsHeldToItToo() throws Exception {
        String upgrade = " HTTP/1.1\r\nHost: stranger.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        assertThat(two.ask("GET /ws" + upgrade)).startsWith("HTTP/1.1 101 ");
        assertThat(any.ask("GET http://stranger.test/ws" + upgrade)).startsWith("HTTP/1.1 101 ");
        assertThat(two.ask("GET http://stranger.test/ws" + upgrade)).startsWith("HTTP/1.1 421 ");
    }

    @Test
    void aRefusalIsAnsweredBehindTheReplyBeforeItAndCounted() throws Exception {
        try (var wire = two.wire()) {
            wire.send("GET /orders?x=1 HTTP/1.1\r\nHost: a\r\n\r\n"
                    + "POST http://a/orders?x=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
                    + "GET /orders?x=1 HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(wire.reply()).startsWith("HTTP/1.1 200 ");
            assertThat(wire.reply()).startsWith("HTTP/1.1 421 ");
            assertThat(wire.toItsEnd()).isEmpty();
        }
        assertThat(two.adminText("/metrics")).containsPattern("banyan_refused_total\\{status=\"421\"\\} [1-9]");
    }
}
