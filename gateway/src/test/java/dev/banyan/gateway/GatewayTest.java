package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One gateway in front of a real server, a dead one, and one that speaks raw bytes. */
@SuppressWarnings("StringConcatToTextBlock") // line ends on the wire are CRLF
@ParameterizedClass
@EnumSource(value = Way.class, names = "EPOLL", mode = EnumSource.Mode.EXCLUDE)
class GatewayTest {

    @Parameter
    Way way;

    private static final String UPGRADE =
            "GET /raw/ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

    @TempDir
    static Path folder;

    private static HttpServer legacy;
    private static RawServer raw;
    private static TestGateway gateway;
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @BeforeParameterizedClassInvocation
    static void start(Way way) throws Exception {
        TestGateway.take(way);
        legacy = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        legacy.createContext("/", exchange -> {
            var text =
                    new StringBuilder("legacy " + exchange.getRequestMethod() + " " + exchange.getRequestURI() + "\n");
            exchange.getRequestHeaders().forEach((name, values) -> text.append(name.toLowerCase(java.util.Locale.ROOT))
                    .append("=")
                    .append(values)
                    .append("\n"));
            text.append(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            byte[] body = text.toString().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        legacy.start();
        raw = new RawServer();
        writeRules("live", "100%");
        gateway = TestGateway.restart(folder, "--proxy-header", "X-Tenant");
    }

    private static void writeRules(String stage, String weight) throws IOException {
        Path rules = Files.createDirectories(folder.resolve("rules"));
        int dead = 1; // where nobody listens, and which nobody is given by chance
        Files.writeString(rules.resolve("shop.yaml"), """
                backends:
                  - {name: legacy, url: "http://127.0.0.1:%d", baseline: true}
                  - {name: dead, url: "http://127.0.0.1:%d"}
                  - {name: raw, url: "http://127.0.0.1:%d"}
                routes:
                  - {name: failing, matches: [{path: {type: PathPrefix, value: /failing}}], candidate: dead, stage: %s, weight: %s}
                  - {name: gone, matches: [{path: {type: PathPrefix, value: /gone}}], candidate: dead, stage: retired}
                  - {name: done, matches: [{path: {type: PathPrefix, value: /done}}], candidate: dead, stage: complete}
                  - {name: raw, matches: [{path: {type: PathPrefix, value: /raw}}], candidate: raw, stage: complete}
                """.formatted(
                        legacy.getAddress().getPort(), dead, raw.port(), stage, weight));
    }

    @AfterParameterizedClassInvocation
    static void stop() throws IOException {
        gateway.close();
        raw.close();
        legacy.stop(0);
    }

    @Test
    void whatNoRouteMatchesGoesToLegacyWithOurHeadersAndNoneOfTheClients() throws Exception {
        String reply = gateway.ask("GET /a?q=%7Bx%7D HTTP/1.1\r\nHost: shop.test\r\nX-Forwarded-For: 6.6.6.6\r\n"
                + "Forwarded: for=6.6.6.6\r\nConnection: close, X-Forwarded-Proto\r\n\r\n");
        assertThat(reply)
                .startsWith("HTTP/1.1 200")
                .contains("X-Banyan-Backend: legacy", "x-forwarded-for=[127.0.0.1]", "x-forwarded-proto=[http]")
                .contains("x-forwarded-host=[shop.test]", "x-forwarded-port=[80]")
                .contains("forwarded=[for=127.0.0.1;host=\"shop.test\";proto=http]")
                .contains("\nhost=[shop.test]")
                .doesNotContain("6.6.6.6");
    }

    /* Also twice, nominated to go at this hop, and both. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Forwarded-For",
                "X-Forwarded-Proto",
                "X-Forwarded-Host",
                "X-Forwarded-Port",
                "X-Forwarded-Prefix",
                "X-Forwarded-User",
                "X-Forwarded-Email",
                "X-Forwarded-Client-Cert",
                "x-forwarded-anything",
                "Forwarded",
                "X-Real-IP",
                "X-Client-IP",
                "X-Cluster-Client-IP",
                "True-Client-IP",
                "CF-Connecting-IP",
                "Fastly-Client-IP",
                "X-Original-URL",
                "X-REWRITE-URL",
                "X-Original-URI",
                "X-Original-Host",
                "X-Original-Forwarded-For",
                "X-Envoy-External-Address",
                "X-Envoy-Original-Path",
                "Client-Cert",
                "Client-Cert-Chain",
                "X-Client-Cert",
                "X-SSL-Client-Verify",
                "X-SSL-Client-S-DN",
                "Proxy",
                "X-Forwarded",
                "Remote-User",
                "Remote-Groups",
                "X-Remote-User",
                "X-Remote-Group",
                "X-Auth-Request-User",
                "x-auth-request-email",
                "X-Amzn-Oidc-Identity",
                "X-Amzn-Oidc-Data",
                "X-Goog-Authenticated-User-Email",
                "X-Goog-Authenticated-User-ID",
                "X-MS-CLIENT-PRINCIPAL",
                "X-MS-CLIENT-PRINCIPAL-NAME",
                "WL-Proxy-Client-IP",
                "WL-Proxy-Client-Cert",
                "Proxy-Client-IP",
                "X-Originating-IP",
                "Client-IP",
                "Cluster-Client-IP",
                "Forwarded-For",
                "X-HTTP-Host-Override",
                "X-Tenant",
                "X.Real.IP",
                "x.remote+user"
            })
    void whatOnlyAProxyMaySayIsNotTakenFromOthers(String name) throws Exception {
        String claim = name + ": 6.6.6.6\r\n";
        for (String claims :
                List.of(claim, claim + claim, "Connection: " + name + "\r\n" + claim, claim + "X-A: 1\r\n" + claim)) {
            assertThat(gateway.ask("GET /a HTTP/1.1\r\nHost: shop.test\r\n" + claims + "\r\n"))
                    .startsWith("HTTP/1.1 200")
                    .contains("x-forwarded-for=[127.0.0.1]", "host=[shop.test]")
                    .doesNotContain("6.6.6.6");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: [shop.test]\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: [:::]\r\n\r\n",
                "GET http:///x HTTP/1.0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
                "GET http://evil.test/ HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nX_Real_IP: 6.6.6.6\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nX-A : 1\r\n\r\n",
                "POST / HTTP/1.0\r\nContent-Length: 3\r\ncontent-length: 4\r\n\r\nabcd",
                "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n",
                " GET / HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/2.0\r\nHost: a\r\n\r\n",
                "GET / http/1.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nX-A: 1\nX-B: 2\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nSec-WebSocket-Key1: 1\r\nSec-WebSocket-Key2: 2\r\n\r\n",
            })
    void framingThatTwoServersCouldReadDifferentlyIsRefused(String request) throws Exception {
        way.needsHttp1("HTTP/2 cannot be framed so; Http2RequestTest has how it can");
        assertThat(gateway.ask(request)).startsWith("HTTP/1.1 400");
    }

    @Test
    void tunnelsAndTracesAreNotAllowed() throws Exception {
        for (String method : List.of("TRACE", "TRACK")) {
            assertThat(gateway.ask(method + " / HTTP/1.1\r\nHost: a\r\n\r\n")).startsWith("HTTP/1.1 405");
        }
        assertThat(gateway.ask("GET / HTTP/1.1\r\nHost: a\r\nExpect: cake\r\n\r\n"))
                .startsWith("HTTP/1.1 417");
        way.needsHttp1("the bridge to HTTP/2 cannot say CONNECT; Http2RequestTest can");
        assertThat(gateway.ask("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n")).startsWith("HTTP/1.1 405");
    }

    @Test
    void aSafeRequestThatTheCandidateFailsIsServedByTheBaselineAndAWriteIsNot() throws Exception {
        var read = get("/failing/x");
        assertThat(read.statusCode()).isEqualTo(200);
        assertThat(read.headers().firstValue("X-Banyan-Backend")).contains("legacy");
        assertThat(read.headers().firstValue("X-Banyan-Assigned")).contains("candidate");
        var write = CLIENT.send(
                HttpRequest.newBuilder(uri("/failing/x"))
                        .POST(HttpRequest.BodyPublishers.ofString("once"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(write.statusCode()).isEqualTo(502);
    }

    @Test
    void aCompleteRouteDoesNotFallBackAndARetiredOneIsGone() throws Exception {
        assertThat(get("/done").statusCode()).isEqualTo(502);
        assertThat(get("/gone").statusCode()).isEqualTo(410);
    }

    @Test
    void aBodyIsPassedOnWhateverTheMethod() throws Exception {
        String body = "x".repeat(200_000);
        var reply = CLIENT.send(
                HttpRequest.newBuilder(uri("/b"))
                        .method("DELETE", HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(reply.body()).startsWith("legacy DELETE /b").endsWith(body);
    }

    @Test
    void aReplyCutShortNeverLooksWhole() throws Exception {
        raw.reply("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
        try (var wire = gateway.wire()) {
            wire.send("GET /raw HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(wire.until("hello")).endsWith("hello");
            assertThat(wire.until("\r\n0\r\n")).doesNotContain("\r\n0\r\n");
        }
    }

    @Test
    void anEarlyHintIsNotTakenForTheReply() throws Exception {
        raw.reply("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        assertThat(get("/raw").body()).isEqualTo("ok");
    }

    @Test
    void aWebSocketIsRelayedByteForByteOnceTheBackendHasSwitched() throws Exception {
        raw.reply("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\nfirst");
        way.needsHttp1("there are no WebSockets over HTTP/2");
        try (var client = gateway.wire()) {
            client.send(UPGRADE);
            assertThat(client.until("first")).startsWith("HTTP/1.1 101 Switching Protocols\r\n");
            assertThat(client.send("echo me").bytes(7)).isEqualTo("echo me");
        }
    }

    @Test
    void badRulesAreRefusedWholeAndShownAndTheGoodOnesStay() throws Exception {
        String before = gateway.gateway().rules().current().hash();
        Path file = folder.resolve("rules/shop.yaml");
        String good = Files.readString(file);
        Files.writeString(file, good + "\nnonsense: [");
        assertThat(gateway.gateway().rules().reload()).isFalse();
        assertThat(gateway.gateway().rules().current().hash()).isEqualTo(before);
        assertThat(admin("/admin/rules", token()).body())
                .contains("lastRejected")
                .contains("shop.yaml");
        assertThat(get("/done").statusCode()).isEqualTo(502);
        Files.writeString(file, good);
        assertThat(gateway.gateway().rules().reload()).isTrue();
        assertThat(gateway.gateway().rules().lastRejected()).isNull();
    }

    @Test
    void aBackendMayNotBeTheGatewayItself() throws Exception {
        Path file = folder.resolve("rules/shop.yaml");
        String good = Files.readString(file);
        List<Integer> ports = new ArrayList<>(
                List.of(gateway.gateway().adminPort(), gateway.gateway().port()));
        if (way.isHttp2()) {
            ports.add(gateway.http2Port());
        }
        for (int own : ports) {
            Files.writeString(file, good.replaceFirst("127.0.0.1:" + raw.port(), "localhost:" + own));
            assertThat(gateway.gateway().rules().reload()).isFalse();
        }
        Files.writeString(file, good);
        assertThat(gateway.gateway().rules().reload()).isTrue();
    }

    @Test
    void theAdminApiOpensOnlyToTheTokenAndNeverThroughAProxy() throws Exception {
        assertThat(admin("/health", "").statusCode()).isEqualTo(200);
        assertThat(admin("/admin/routes", "").statusCode()).isEqualTo(401);
        assertThat(admin("/admin/routes", token() + "x").statusCode()).isEqualTo(401);
        assertThat(admin("/admin/routes", token()).body()).contains("\"name\":\"failing\"");
        assertThat(admin("/metrics", token()).body()).contains("banyan_rules_swaps_total");
        assertThat(adminAs("Host: LOCALHOST:80")).isEqualTo(List.of("200", "200"));
        for (String proxied :
                List.of("X-Forwarded-For: 1.2.3.4", "x-real-ip: 1.2.3.4", "Forwarded: for=a", "Via: 1.1 a")) {
            assertThat(adminAs("Host: 127.0.0.1\r\n" + proxied)).as(proxied).isEqualTo(List.of("403", "403"));
        }
        for (String host : List.of("evil.test", "127.0.0.1.evil.test", "10.0.0.1", "")) {
            assertThat(adminAs("Host: " + host)).as(host).isEqualTo(List.of("403", "403"));
        }
    }

    /** Returns the status of what the token is needed for, with the token, and of what it is not. */
    private static List<String> adminAs(String headers) throws IOException {
        List<String> all = new ArrayList<>();
        for (String path : List.of("/admin/routes", "/health")) {
            try (var wire = Wire.to(gateway.gateway().adminPort())) {
                all.add(wire.send("GET " + path + " HTTP/1.1\r\n" + headers + "\r\nAuthorization: Bearer " + token()
                                + "\r\n\r\n")
                        .reply()
                        .substring(9, 12));
            }
        }
        return all;
    }

    @Test
    void theRulesInForceSayWhyARequestWouldGoWhereItGoes() throws Exception {
        var answer = explain("{\"url\": \"http://shop/failing/x\", \"from\": \"10.0.0.9\"}", token());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("\"route\":\"failing\"", "\"verdict\":\"wins\"", "\"mirrored\"");
        assertThat(explain("{\"url\": \"nowhere\"}", token()).statusCode()).isEqualTo(400);
        assertThat(explain("not json", token()).body()).contains("no JSON");
        assertThat(explain("{\"url\": \"/\", \"at\": \"soon\"}", token()).statusCode())
                .isEqualTo(400);
        var unknownLength =
                HttpRequest.BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(new byte[1]));
        assertThat(explain(unknownLength, token()).statusCode()).isEqualTo(413);
        assertThat(explain("{\"url\": \"/\"}", "").statusCode()).isEqualTo(401);
    }

    private static HttpResponse<String> explain(String question, String token) throws Exception {
        return explain(HttpRequest.BodyPublishers.ofString(question), token);
    }

    private static HttpResponse<String> explain(HttpRequest.BodyPublisher question, String token) throws Exception {
        return CLIENT.send(
                HttpRequest.newBuilder(URI.create(
                                "http://127.0.0.1:" + gateway.gateway().adminPort() + "/admin/explain"))
                        .header("Authorization", "Bearer " + token)
                        .POST(question)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static String token() throws IOException {
        return Files.readString(folder.resolve("run/admin.token")).strip();
    }

    private static HttpResponse<String> admin(String path, String token) throws Exception {
        return CLIENT.send(
                HttpRequest.newBuilder(URI.create(
                                "http://127.0.0.1:" + gateway.gateway().adminPort() + path))
                        .header("Authorization", "Bearer " + token)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<String> get(String path) throws Exception {
        return CLIENT.send(HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static URI uri(String path) {
        return URI.create("http://127.0.0.1:" + gateway.port() + path);
    }
}
