package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a request of HTTP/2 on its way to a backend that speaks HTTP/1.1, by both paths, and what never gets there. */
@SuppressWarnings("StringConcatToTextBlock") // line ends on the wire are CRLF
class Http2RequestTest {

    @TempDir
    static Path folder;

    private static ScriptedServer server;
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        TestGateway.take(Way.LEAN);
        server = new ScriptedServer("legacy");
        gateway = TestGateway.start(folder, """
                backends:
                  - {name: legacy, url: "%s", baseline: true}
                  - {name: new, url: "%s"}
                routes:
                  - {name: filtered, matches: [{path: {type: PathPrefix, value: /filtered}}], candidate: new, stage: complete, filters: ["AddResponseHeader=X-Fig, 1"]}
                """.formatted(server.url(), server.url()), "--http2-port", "0");
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
        server.close();
    }

    private static Http2Wire client() throws IOException {
        return gateway.http2();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/plain", "/filtered"})
    void aRequestIsOneOfHttp11AndNothingTellsWhatItWas(String path) throws Exception {
        try (var client = client()) {
            client.get(1, path + "/a%20b?q=1", "cookie", "a=1", "te", "trailers", "cookie", "b=2", "x-one", "\u00e9");
            assertThat(client.reply(1)).isEqualTo("200 legacy");
        }
        String head = server.heads(path + "/a%20b").getLast();
        assertThat(head.lines().map(line -> line.toLowerCase(java.util.Locale.ROOT)))
                .startsWith("get " + path + "/a%20b?q=1 http/1.1")
                .containsOnlyOnce("host: shop.test", "cookie: a=1; b=2", "x-one: \u00e9", "x-forwarded-for: 127.0.0.1")
                .noneMatch(line -> line.startsWith(":") || line.startsWith("te:") || line.contains("http2"))
                .noneMatch(line -> line.startsWith("connection:") || line.startsWith("transfer-encoding:"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/plain", "/filtered"})
    void aBodyGetsTheFramingOfHttp11(String path) throws Exception {
        server.on(path + "/body", (head, wire) -> {
            String body = head.toLowerCase(java.util.Locale.ROOT).contains("chunked")
                    ? wire.until("0\r\n\r\n")
                    : wire.bytes(4);
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
        });
        try (var client = client()) {
            client.post(1, path + "/body", "content-length", "4")
                    .data(1, false, "bo")
                    .data(1, true, "dy");
            assertThat(client.reply(1)).isEqualTo("200 body");
            client.post(3, path + "/body").data(3, true, "body");
            assertThat(client.reply(3)).isEqualTo("200 4\r\nbody\r\n0\r\n\r\n");
            // The fields behind a body end here.
            client.post(5, path + "/body").data(5, false, "body").headers(5, true, "x-sum", "1");
            assertThat(client.reply(5)).isEqualTo("200 4\r\nbody\r\n0\r\n\r\n");
        }
    }

    @Test
    void aRequestWithoutABodySaysSoOnlyWhereOneIsExpected() throws Exception {
        try (var client = client()) {
            client.headers(1, true, Http2Wire.request("POST", "/none"));
            assertThat(client.reply(1)).isEqualTo("200 legacy");
            assertThat(server.heads("/none").getLast()).containsIgnoringCase("content-length: 0\r\n");
            client.headers(3, false, Http2Wire.request("GET", "/nothing")).data(3, true, "");
            assertThat(client.reply(3)).isEqualTo("200 legacy");
            assertThat(server.heads("/nothing").getLast())
                    .doesNotContainIgnoringCase("content-length")
                    .doesNotContainIgnoringCase("transfer-encoding");
        }
    }

    @Test
    void aReplyHasNothingOfAConnectionAndItsNamesAreInLowerCase() throws Exception {
        server.reply(
                "/reply",
                "HTTP/1.1 200 OK\r\nX-Mixed: 1\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 1\r\n\r\n");
        try (var client = client()) {
            var reply = client.get(1, "/reply").await(frame -> frame.is(Http2Wire.HEADERS, 1));
            assertThat(reply.names())
                    .contains(":status", "x-mixed")
                    .doesNotContain("connection", "keep-alive", "transfer-encoding", "x-hop", "X-Mixed");
            assertThat(client.await(frame -> frame.is(Http2Wire.DATA, 1)).text())
                    .isEqualTo("ok");
        }
    }

    @Test
    void whoAsksFirstIsToldToGoOn() throws Exception {
        server.on("/continue", (_, wire) -> {
            String body = wire.bytes(4);
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n" + body);
        });
        server.on("/chunked", (_, wire) -> {
            wire.until("body\r\n0\r\n\r\n");
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        });
        try (var client = client()) {
            client.post(1, "/continue", "expect", "100-continue", "content-length", "4");
            assertThat(client.await(frame -> frame.is(Http2Wire.HEADERS, 1)).status())
                    .isEqualTo("100");
            assertThat(client.data(1, true, "body").reply(1)).isEqualTo("200 body");
            client.headers(3, false, Http2Wire.request("DELETE", "/chunked", "expect", "100-continue"));
            assertThat(client.await(frame -> frame.is(Http2Wire.HEADERS, 3)).status())
                    .isEqualTo("100");
            assertThat(client.data(3, true, "body").reply(3)).isEqualTo("200 ok");
        }
    }

    @Test
    void streamsDoNotWaitForEachOther() throws Exception {
        var go = new CountDownLatch(1);
        server.on("/slow", (_, wire) -> {
            DrainTest.await(go);
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nslow");
        });
        try (var client = client()) {
            client.get(1, "/slow").get(3, "/fast");
            assertThat(client.reply(3)).isEqualTo("200 legacy");
            go.countDown();
            assertThat(client.reply(1)).isEqualTo("200 slow");
        }
    }

    /** Each is the fields of a head; a bar stands between names and values. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                // What would end a line, a head or a body as text of HTTP/1.1.
                "x-a|1\r\nx-b: 2",
                "x-a|1\nx-b: 2",
                "x-a|1\rx-b: 2",
                "x-a|1\0",
                "x-a|1\u007f",
                "x-a|\u0001",
                "x-a| 1",
                "x-a|1 ",
                "x-a|\t1",
                "x-a: 1\r\nx-b|2",
                "x-a\nx-b|2",
                "x-a |1",
                "x a|1",
                "x-a:|1",
                "x-a\0|1",
                "x-a\u00e9|1",
                "|1",
                "X-Upper|1",
                "x_real_ip|6.6.6.6",
                "sec-websocket-key1|1|sec-websocket-key2|2",
                "transfer-encoding|chunked",
                "transfer-encoding|identity",
                "connection|close",
                "connection|x-forwarded-for",
                "keep-alive|timeout=5",
                "proxy-connection|keep-alive",
                "upgrade|h2c",
                "http2-settings|AAMAAABkAARAAAAA",
                "te|trailers, chunked",
                "te|gzip",
                "content-length|1|content-length|2",
                "content-length|1|content-length|1",
                "content-length|+1",
                "content-length|0x1",
                "content-length|1,1",
                "content-length|-1",
                "content-length|",
                // Two of what there must be one of, or pseudo-headers out of place.
                "host|evil.test",
                "host|shop.test|host|shop.test",
                ":path|/other",
                ":authority|evil.test",
                ":method|POST",
                ":status|200",
                ":protocol|websocket",
                ":x|1",
                "x-a|1|:path|/late",
            })
    void aHeadThatHttp11CouldReadOtherwiseGetsNowhere(String fields) throws Exception {
        String path = "/refused/" + Integer.toHexString(fields.hashCode());
        try (var client = client()) {
            String reply = client.get(1, path, fields.split("\\|", -1)).reply(1);
            assertThat(reply).matches("(?s)(reset 1|4\\d\\d .*)");
            assertThat(server.heads(path)).isEmpty();
            assertThat(client.get(3, "/after").reply(3)).isEqualTo("200 legacy");
        }
    }

    /** Method, scheme, authority and path. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET|http|shop.test|",
                "GET|http|shop.test|no-slash",
                "GET|http|shop.test|*",
                "GET|http|shop.test|http://shop.test/odd",
                "GET|http|shop.test|/odd HTTP/1.1\r\nX-A: 1\r\n\r\nGET /odd2",
                "GET|http|shop.test|/odd x",
                "GET|http|shop.test|/odd\n",
                "GET|http|shop.test|/odd\0",
                "GET|http||/odd",
                "GET|http|a b|/odd",
                "GET|http|a@b|/odd",
                "GET|http|a/b|/odd",
                "GET|http|shop.test\r\nX-A: 1|/odd",
                "GET|http|shop.test:x|/odd",
                "GET /odd HTTP/1.1\r\nX-A: 1\r\n\r\n|http|shop.test|/odd",
                "GE T|http|shop.test|/odd",
                "|http|shop.test|/odd",
                "GET|ftp|shop.test|/odd",
                "GET||shop.test|/odd",
            })
    void aRequestLineThatHttp11CouldReadOtherwiseGetsNowhere(String parts) throws Exception {
        String[] part = parts.split("\\|", -1);
        try (var client = client()) {
            client.headers(1, true, ":method", part[0], ":scheme", part[1], ":authority", part[2], ":path", part[3]);
            assertThat(client.reply(1)).matches("(?s)(reset 1|4\\d\\d .*)");
            assertThat(server.heads("/odd")).isEmpty();
            assertThat(client.get(3, "/after").reply(3)).isEqualTo("200 legacy");
        }
    }

    @Test
    void tunnelsAndTracesAreNotAllowed() throws Exception {
        try (var client = client()) {
            client.headers(1, true, ":method", "CONNECT", ":authority", "shop.test:80");
            assertThat(client.reply(1)).startsWith("405");
            client.headers(3, true, Http2Wire.request("TRACE", "/trace"));
            assertThat(client.reply(3)).startsWith("405");
            client.headers(5, false, Http2Wire.request("CONNECT", "/ws", ":protocol", "websocket"));
            assertThat(client.reply(5)).isEqualTo("reset 1");
            assertThat(server.heads("/trace")).isEmpty();
            assertThat(server.heads("/ws")).isEmpty();
        }
    }

    @Test
    void aHostBesideTheAuthorityMustBeTheSameAndMayStandAlone() throws Exception {
        try (var client = client()) {
            assertThat(client.get(1, "/same", "host", "SHOP.test").reply(1)).isEqualTo("200 legacy");
            client.headers(3, true, ":method", "GET", ":scheme", "http", ":path", "/same", "host", "shop.test");
            assertThat(client.reply(3)).isEqualTo("200 legacy");
            assertThat(client.get(5, "/differs", "host", "other.test").reply(5)).startsWith("400");
        }
        assertThat(server.heads("/same")).hasSize(2).allSatisfy(head -> assertThat(
                        head.toLowerCase(java.util.Locale.ROOT))
                .containsOnlyOnce("\r\nhost: "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"50|abc", "2|abc", "0|abc"})
    void aBodyThatIsNotAsLongAsItsHeadSaysEndsBothSides(String lengthAndBody) throws Exception {
        String[] parts = lengthAndBody.split("\\|", -1);
        var got = new java.util.concurrent.LinkedBlockingQueue<String>();
        server.on("/length", (_, wire) -> got.add(wire.until("never")));
        try (var client = client()) {
            client.post(1, "/length", "content-length", parts[0]).data(1, true, parts[1]);
            assertThat(client.reply(1)).isEqualTo("reset 1");
            TestGateway.await("let go", () -> gateway.inFlight("legacy") == 0);
            // The backend sees its connection end with less than it was promised, and never another request on it.
            assertThat(client.get(3, "/after").reply(3)).isEqualTo("200 legacy");
        }
        assertThat(got).allSatisfy(text -> assertThat(text).isIn("", "abc"));
    }

    @Test
    void eachPortSpeaksOneProtocol() throws Exception {
        try (var wire = Wire.to(gateway.http2Port())) {
            wire.send("GET /plain HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(wire.until("never")).doesNotContain("HTTP/1.1 200");
        }
        try (var wire = gateway.wire()) {
            wire.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
            assertThat(wire.until("\r\n\r\n")).startsWith("HTTP/1.1 400");
        }
    }
}
