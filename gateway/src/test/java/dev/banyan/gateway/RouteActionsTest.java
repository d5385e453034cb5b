package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.gateway.store.StoreTime;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
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
import org.junit.jupiter.params.provider.ValueSource;

/** What a route may do beside forwarding: filters, rewrites, redirects, retirement, time limits, forced sides, schedules. */
@ParameterizedClass
@EnumSource(value = Way.class, names = "EPOLL", mode = EnumSource.Mode.EXCLUDE)
class RouteActionsTest {

    @Parameter
    Way way;

    @TempDir
    static Path folder;

    private static ScriptedServer legacy;
    private static ScriptedServer candidate;
    private static TestGateway gateway;

    @BeforeParameterizedClassInvocation
    static void start(Way way) throws Exception {
        TestGateway.take(way);
        legacy = new ScriptedServer("legacy");
        candidate = new ScriptedServer("candidate");
        candidate.reply("/filtered/503", "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n");
        candidate.on("/patient/slow", (_, _) -> {});
        legacy.reply("/filtered/503", "HTTP/1.1 200 OK\r\nServer: old\r\nContent-Length: 6\r\n\r\nlegacy");
        candidate.reply(
                "/filtered/leaky",
                "HTTP/1.1 200 OK\r\nServer: new\r\nX-Twice: a\r\nX-Twice: a\r\nContent-Length: 9\r\n\r\ncandidate");
        gateway = TestGateway.start(
                folder,
                """
                trustedNetworks: [127.0.0.1, 127.0.0.2]
                backends:
                  - {name: legacy, url: "%s", baseline: true, cookies: [JSESSIONID, both]}
                  - {name: new, url: "%s", timeouts: {request: 1h}, cookies: [fig, both]}
                cohorts:
                  - name: people
                    key: [{header: X-User}]
                    salt: test
                    overrides:
                      - {header: X-Side, value: new, to: candidate}
                      - {cookie: side, value: old, to: baseline}
                    assign:
                      - {keys: [acme], to: candidate}
                      - {keys: [initech], to: baseline}
                routes:
                  - name: filtered
                    matches: [{path: {value: /filtered}}]
                    candidate: new
                    stage: live
                    weight: 100%%
                    filters:
                      - AddRequestHeader=X-Fig, banyan
                      - RemoveRequestHeader=X-Secret
                      - AddRequestParameter=fig, tree
                      - RemoveResponseHeader=Server
                      - DedupeResponseHeader=X-Twice
                      - AddResponseHeader=X-From, gateway
                  - {name: without, matches: [{path: {value: /without}}], candidate: new, stage: complete, filters: [RemoveRequestParameter=secret]}
                  - {name: announced, matches: [{path: {value: /announced}}], candidate: new, stage: complete, filters: ['SetResponseHeader=Alt-Svc, h3=":443"']}
                  - {name: small, matches: [{path: {value: /small}}], candidate: new, stage: complete, filters: ["RequestHeaderSize=200B"]}
                  - name: moved-inside
                    matches: [{path: {value: /inside}}]
                    candidate: new
                    stage: live
                    weight: 100%%
                    rewrite: {hostname: orders.internal, path: {type: ReplacePrefixMatch, value: /v2}}
                  - name: moved-away
                    matches: [{path: {value: /away}}]
                    redirect: {scheme: https, hostname: www.shop.test, path: {type: ReplacePrefixMatch, value: /new}, statusCode: 308}
                    stage: complete
                  - name: gone
                    matches: [{path: {value: /gone}}]
                    stage: retired
                    retired: {body: "Use the new API.", contentType: text/plain, link: "https://shop.test/docs"}
                  - {name: patient, matches: [{path: {value: /patient}}], candidate: new, stage: complete, timeouts: {request: 300ms}}
                  - {name: forced, matches: [{path: {value: /forced}}], candidate: new, stage: live, weight: 0%%, cohort: people}
                  - {name: over, matches: [{path: {value: /over}}], candidate: new, stage: complete, schedule: {until: "2026-01-01T00:00:00Z"}}
                  - {name: ahead, matches: [{path: {value: /ahead}}], candidate: new, stage: complete, schedule: {from: "%s"}}
                """.formatted(
                                legacy.url(),
                                candidate.url(),
                                Instant.now().plusSeconds(86_400).truncatedTo(java.time.temporal.ChronoUnit.SECONDS)),
                "--trusted-proxy",
                "127.0.0.1");
    }

    @AfterParameterizedClassInvocation
    static void stop() throws IOException {
        gateway.close();
        candidate.close();
        legacy.close();
    }

    @Test
    void filtersChangeHeadersAndQueryButNotWhereMessagesEnd() throws Exception {
        String reply = gateway.ask("POST /filtered/leaky?a=%7B1%7D HTTP/1.1\r\nHost: shop.test\r\nX-Secret: 1\r\n"
                + "Content-Length: 2\r\n\r\nhi");
        assertThat(reply)
                .contains("X-From: gateway", "Content-Length: 9")
                .doesNotContain("Server:")
                .endsWith("candidate");
        assertThat(reply.split("X-Twice", -1)).hasSize(2);
        assertThat(candidate.heads("/filtered/leaky").getLast())
                .startsWith("POST /filtered/leaky?a=%7B1%7D&fig=tree HTTP/1.1\r\n")
                .containsIgnoringCase("x-fig: banyan")
                .containsIgnoringCase("content-length: 2\r\n")
                .containsIgnoringCase("host: shop.test\r\n")
                .doesNotContainIgnoringCase("x-secret");
    }

    /** Spelled as PHP, Rails and Latin-1 have it. */
    @Test
    void theRestOfAQueryThatAFilterChangesStaysAsItCame() throws Exception {
        String query = "a[b]=x%20y&c=M%FCller+d&e=|&f=%zz";
        gateway.ask("GET", "/filtered/query?" + query);
        assertThat(candidate.heads("/filtered/query").getLast())
                .startsWith("GET /filtered/query?" + query + "&fig=tree HTTP/1.1\r\n");
        gateway.ask("GET", "/without/query?secret=1&" + query + "&%73ecret=2&secret&secrets=3");
        assertThat(candidate.heads("/without/query").getLast())
                .startsWith("GET /without/query?" + query + "&secrets=3 HTTP/1.1\r\n");
    }

    @Test
    void noClientTakesAwayWhatAFilterAdds() throws Exception {
        way.needsHttp1("HTTP/2 has no Connection header");
        gateway.ask(
                "GET /filtered/named HTTP/1.1\r\nHost: shop.test\r\nConnection: X-Fig, X-Mine\r\nX-Mine: 1\r\n\r\n");
        assertThat(candidate.heads("/filtered/named").getLast())
                .containsIgnoringCase("x-fig: banyan")
                .doesNotContainIgnoringCase("x-mine");
    }

    @Test
    void noBackendTakesAwayWhatAFilterAdds() throws Exception {
        candidate.reply(
                "/filtered/names",
                "HTTP/1.1 200 OK\r\nConnection: X-From, X-Own\r\nX-Own: 1\r\nContent-Length: 2\r\n\r\nok");
        assertThat(gateway.ask("GET", "/filtered/names"))
                .startsWith("HTTP/1.1 200")
                .contains("X-From: gateway")
                .doesNotContainIgnoringCase("x-own");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/patient/elsewhere", "/filtered/elsewhere"})
    void nobodyIsToldWhereElseABackendListens(String path) throws Exception {
        candidate.reply(path, "HTTP/1.1 200 OK\r\nAlt-Svc: h3=\":8443\"\r\nX-Own: 1\r\nContent-Length: 2\r\n\r\nok");
        assertThat(gateway.ask("GET", path))
                .startsWith("HTTP/1.1 200")
                .containsIgnoringCase("x-own: 1")
                .doesNotContainIgnoringCase("alt-svc");
    }

    @Test
    void aRuleMaySayWhereElseTheGatewayListens() throws Exception {
        candidate.reply("/announced/x", "HTTP/1.1 200 OK\r\nAlt-Svc: h3=\":8443\"\r\nContent-Length: 2\r\n\r\nok");
        assertThat(gateway.ask("GET", "/announced/x"))
                .containsIgnoringCase("alt-svc: h3=\":443\"")
                .doesNotContain("8443");
    }

    @ParameterizedTest
    @CsvSource({
        "/whose/cookies, legacy, JSESSIONID",
        "/patient/cookies, new, fig",
        "/filtered/cookies, new, fig",
        "/filtered/down/cookies, legacy, JSESSIONID",
    })
    void aCookieReachesWhomItBelongsToOnly(String path, String side, String own) throws Exception {
        ScriptedServer server = side.equals("new") ? candidate : legacy;
        server.reply(
                path,
                "HTTP/1.1 200 OK\r\nSet-Cookie: JSESSIONID=2; Path=/\r\nSet-Cookie: any=2\r\nSet-Cookie: fig = 2\r\n"
                        + "Set-Cookie: both=2\r\nContent-Length: 2\r\n\r\nok");
        if (path.contains("down")) {
            candidate.reply(path, "HTTP/1.1 503 No\r\nSet-Cookie: any=lost\r\nContent-Length: 0\r\n\r\n");
        }
        String reply = gateway.ask("GET " + path + " HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\n"
                + "Cookie: a=1; JSESSIONID=abc;fig=def; both=1; JSESSIONID=ghi\r\nCookie: fig=1;JSESSIONID=1\r\n\r\n");
        String head = server.heads(path).getLast();
        assertThat(reply)
                .startsWith("HTTP/1.1 200 ")
                .contains("any=2", "both=2")
                .doesNotContain("any=lost");
        assertThat(head).containsIgnoringCase("cookie: a=1;").contains("both=1");
        for (String name : List.of("JSESSIONID", "fig")) {
            if (name.equals(own)) {
                assertThat(head).contains(name + "=");
                assertThat(reply).contains(name);
            } else {
                assertThat(head).doesNotContain(name + "=");
                assertThat(reply).doesNotContain(name);
            }
        }
    }

    @Test
    void aWebSocketBringsNobodyElsesCookies() throws Exception {
        way.needsHttp1("there are no WebSockets over HTTP/2");
        candidate.reply(
                "/patient/ws",
                StreamsTest.SWITCHED.replace("Upgrade: websocket", "Upgrade: websocket\r\nSet-Cookie: JSESSIONID=2"));
        String reply = gateway.ask(StreamsTest.UPGRADE
                .replace("/ws", "/patient/ws")
                .replace("Host: a", "Host: a\r\nCookie: JSESSIONID=1; fig=1"));
        assertThat(reply).startsWith("HTTP/1.1 101 ").doesNotContain("JSESSIONID");
        assertThat(candidate.heads("/patient/ws").getLast()).contains("fig=1").doesNotContain("JSESSIONID");
    }

    @Test
    void nobodyPassesTheFiltersByAskingForAWebSocket() throws Exception {
        String reply = gateway.ask(StreamsTest.UPGRADE
                .replace("/ws", "/filtered/leaky")
                .replace("Connection: Upgrade", "Connection: Upgrade, close\r\nX-Secret: 1"));
        assertThat(reply).startsWith("HTTP/1.1 200 ").contains("X-From").doesNotContain("Server: new");
        assertThat(candidate.heads("/filtered/leaky").getLast())
                .containsIgnoringCase("X-Fig: banyan")
                .doesNotContainIgnoringCase("X-Secret", "Upgrade");
        String tooMuch = "Sec-WebSocket-Version: 13\r\nX-Long: " + "x".repeat(200);
        assertThat(gateway.ask(
                        StreamsTest.UPGRADE.replace("/ws", "/small").replace("Sec-WebSocket-Version: 13", tooMuch)))
                .startsWith("HTTP/1.1 431 ");
    }

    @Test
    void theBaselineGetsTheRequestAsItCameAndItsReplyIsNotFiltered() throws Exception {
        assertThat(gateway.ask("GET", "/filtered/503?a=1"))
                .startsWith("HTTP/1.1 200")
                .contains("Server: old")
                .doesNotContain("X-From")
                .endsWith("legacy");
        assertThat(legacy.heads("/filtered/503").getLast())
                .startsWith("GET /filtered/503?a=1 HTTP/1.1\r\n")
                .doesNotContainIgnoringCase("x-fig");
    }

    @Test
    void whoAsksBeforeABodyThatNobodyWantsIsNotWaitedFor() throws Exception {
        way.needsHttp1("a stream ends with its reply");
        for (String path : new String[] {"/away", "/gone"}) {
            try (var client = gateway.wire()) {
                client.send(
                        "PUT " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
                assertThat(client.reply())
                        .startsWith(path.equals("/away") ? "HTTP/1.1 308" : "HTTP/1.1 410")
                        .containsIgnoringCase("connection: close");
                assertThat(client.ends()).isTrue();
            }
        }
    }

    @Test
    void aFilterMayAnswerByItself() throws Exception {
        String large = "X-Large: " + "x".repeat(300) + "\r\n\r\n";
        assertThat(gateway.ask("GET /small HTTP/1.1\r\nHost: a\r\n" + large)).startsWith("HTTP/1.1 431");
        assertThat(candidate.heads("/small")).isEmpty();
        assertThat(gateway.ask("GET", "/small")).startsWith("HTTP/1.1 200");
    }

    @Test
    void aRewriteReachesTheCandidateOnly() throws Exception {
        assertThat(gateway.ask("GET", "/inside/7?x=%41")).endsWith("candidate");
        assertThat(candidate.heads("/v2/7").getLast())
                .startsWith("GET /v2/7?x=%41 HTTP/1.1\r\n")
                .containsIgnoringCase("host: orders.internal\r\n");
        candidate.reply("/v2/8", "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n");
        assertThat(gateway.ask("GET", "/inside/8?x=1")).endsWith("legacy");
        assertThat(legacy.heads("/inside/8").getLast())
                .startsWith("GET /inside/8?x=1 HTTP/1.1\r\n")
                .containsIgnoringCase("host: shop.test\r\n");
    }

    @Test
    void theNameOfARewriteIsNotSeenInReplies() throws Exception {
        candidate.reply(
                "/v2/login",
                "HTTP/1.1 302 Found\r\nLocation: http://orders.internal/v2/home\r\nSet-Cookie: s=1; Domain=orders.internal; Path=/\r\nContent-Length: 0\r\n\r\n");
        assertThat(gateway.ask("GET", "/inside/login"))
                .containsIgnoringCase("location: http://shop.test/v2/home\r\n")
                .containsIgnoringCase("set-cookie: s=1; Path=/\r\n");
    }

    @Test
    void aRedirectIsAnsweredHere() throws Exception {
        assertThat(gateway.ask("GET", "/away/b%20c?x=1"))
                .startsWith("HTTP/1.1 308")
                .containsIgnoringCase("location: https://www.shop.test/new/b%20c?x=1\r\n");
        assertThat(gateway.route("moved-away").at("/served/gateway").asInt()).isPositive();
    }

    /** As behind a proxy that asks by the name of this machine. */
    @ParameterizedTest
    @CsvSource({
        "/moved,  https://shop.test:8443/new",
        "/secure, https://shop.test/secure",
        "/away,   https://www.shop.test:8443/new",
    })
    void whereAPublicOriginIsNamedARedirectNamesThat(String path, String location) throws Exception {
        var own = TestGateway.start(
                folder.resolve("public-" + way + path),
                """
                backends: [{name: legacy, url: "%s", baseline: true}]
                routes:
                  - {name: a, hostnames: [inner.test], matches: [{path: {value: /moved}}], redirect: {path: {type: ReplaceFullPath, value: /new}}, stage: complete}
                  - {name: b, matches: [{path: {value: /secure}}], redirect: {scheme: https}, stage: complete}
                  - {name: c, matches: [{path: {value: /away}}], redirect: {hostname: www.shop.test, path: {type: ReplaceFullPath, value: /new}}, stage: complete}
                """.formatted(legacy.url()),
                "--public-origin",
                "https://shop.test:8443");
        try {
            assertThat(own.ask("GET " + path + " HTTP/1.1\r\nHost: inner.test:8080\r\n\r\n"))
                    .containsIgnoringCase("location: " + location + "\r\n");
        } finally {
            own.close();
        }
    }

    @Test
    void whatIsRetiredSaysWhereToGoAndWhoStillAsks() throws Exception {
        String asked = "GET /gone/x HTTP/1.1\r\nHost: a\r\nUser-Agent: old-till/1.0\r\n\r\n";
        assertThat(gateway.ask(asked))
                .startsWith("HTTP/1.1 410")
                .containsIgnoringCase("link: <https://shop.test/docs>; rel=\"successor-version\"\r\n")
                .containsIgnoringCase("content-type: text/plain\r\n")
                .endsWith("Use the new API.");
        try (var wire = gateway.wire()) {
            wire.send("HEAD /gone/x HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(wire.until("\r\n\r\n")).startsWith("HTTP/1.1 410").containsIgnoringCase("content-length: 16");
            assertThat(wire.send(asked).reply()).startsWith("HTTP/1.1 410");
        }
        assertThat(gateway.route("gone").path("callers").path("old-till/1.0").asInt())
                .isEqualTo(2);
        assertThat(gateway.route("gone").path("callers").path("(no user agent)").asInt())
                .isEqualTo(1);
    }

    @Test
    void aRoutesTimeLimitGoesBeforeTheBackends() throws Exception {
        assertThat(gateway.ask("GET", "/patient/slow")).startsWith("HTTP/1.1 504");
    }

    /** Of HTTP/2, which cannot nominate, and with filters, which see the rest. */
    @ParameterizedTest
    @ValueSource(strings = {"/forced/as", "/filtered/as"})
    void whatATrustedProxySaysIsKeptAndAddedTo(String path) throws Exception {
        String nominated =
                way.isHttp2() ? "" : "Connection: X-Real-IP, X-Forwarded-For, X-Forwarded-Proto, Forwarded\r\n";
        gateway.ask("GET " + path
                + " HTTP/1.1\r\nHost: shop.test\r\nX-Forwarded-For: 9.9.9.9\r\nX-Forwarded-For: 8.8.8.8\r\n"
                + "X-Forwarded-Proto: https\r\nX-Forwarded-Host: www.shop.test\r\nX-Forwarded-Port: 8443\r\n"
                + "Forwarded: for=9.9.9.9\r\nX-Real-IP: 7.7.7.7\r\n" + nominated + "\r\n");
        ScriptedServer server = path.startsWith("/filtered") ? candidate : legacy;
        assertThat(server.heads(path).getLast())
                .containsIgnoringCase("x-forwarded-for: 9.9.9.9, 8.8.8.8, 127.0.0.1\r\n")
                .containsIgnoringCase("x-forwarded-proto: https\r\n")
                .containsIgnoringCase("x-forwarded-host: www.shop.test\r\n")
                .containsIgnoringCase("x-forwarded-port: 8443\r\n")
                .containsIgnoringCase("\r\nforwarded: for=9.9.9.9, for=127.0.0.1;host=\"shop.test\";proto=https\r\n")
                .containsIgnoringCase("x-real-ip: 7.7.7.7\r\n");
    }

    @Test
    void onlyTrustedNetworksChooseTheirSide() throws Exception {
        assertThat(forced("127.0.0.2", "X-Side: new")).endsWith("candidate");
        assertThat(forced("127.0.0.3", "X-Side: new")).endsWith("legacy");
        assertThat(forced("127.0.0.2, 127.0.0.3", "X-Side: new")).endsWith("legacy");
        assertThat(forced("127.0.0.3, 127.0.0.2, 127.0.0.1", "X-Side: new")).endsWith("candidate");
        assertThat(forced("127.0.0.2", "X-User: acme\r\nCookie: side=old")).endsWith("legacy");
    }

    /** The proxy itself stands in a trusted network, as everything inside does where that is 10.0.0.0/8. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            127.0.0.2:51034              | candidate
            [::ffff:127.0.0.2]:51034     | candidate
            [::ffff:127.0.0.2]           | candidate
            127.0.0.3:51034              | legacy
            203.0.113.9:51034            | legacy
            [2001:db8::9]:51034          | legacy
            unknown                      | legacy
            127.0.0.2, unknown           | legacy
            127.0.0.2, unknown, 127.0.0.1 | legacy
            127.0.0.2,                   | legacy
            127.0.0.2:                   | legacy
            [127.0.0.2                   | legacy
            127.2                        | legacy
            """)
    void whoseAddressCannotBeReadIsNobodyAndNotTheProxy(String forwardedFor, String side) throws Exception {
        assertThat(forced(forwardedFor, "X-Side: new")).endsWith(side);
    }

    @Test
    void tenantsStandWhereTheRulesPutThem() throws Exception {
        assertThat(forced("127.0.0.3", "X-User: acme")).endsWith("candidate");
        assertThat(forced("127.0.0.3", "X-User: initech")).endsWith("legacy");
        assertThat(forced("127.0.0.3", "X-User: somebody")).endsWith("legacy");
    }

    private static String forced(String forwardedFor, String header) throws IOException {
        return gateway.ask(
                "GET /forced HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: " + forwardedFor + "\r\n" + header + "\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/over", "/ahead"})
    void outsideOfItsScheduleARouteIsOff(String path) throws Exception {
        assertThat(gateway.ask("GET", path)).endsWith("legacy");
    }

    @Test
    void aScheduleGoesByTheStoresTimeAndNotTheMachines() throws Exception {
        var store = gateway.gateway().store();
        assertThat(store.isStarted()).isFalse();
        try {
            StoreTime.set(store, Instant.now().plusSeconds(2 * 86_400));
            assertThat(gateway.ask("GET", "/ahead")).endsWith("candidate");
        } finally {
            StoreTime.set(store, Instant.now());
        }
        assertThat(gateway.ask("GET", "/ahead")).endsWith("legacy");
    }
}
