package dev.banyan.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a candidate is asked for instead, and where a redirect leads. */
final class NewTargetTest {

    private static Decision decide(String match, String action, RequestFacts request) throws RulesException {
        return Rules.table("  - {name: moved, matches: [{path: {" + match + "}}], stage: complete, " + action + "}\n")
                .decide(request);
    }

    private static String rewritten(String prefix, String replacement, String path) throws RulesException {
        Decision decision = decide(
                "value: \"" + prefix + "\"",
                "candidate: catalog, rewrite: {path: {type: ReplacePrefixMatch, value: \"" + replacement + "\"}}",
                Rules.request("GET " + path + "?a=/foo"));
        return switch (decision) {
            case Decision.Routed routed
            when routed.rewritten() != null -> String.valueOf(routed.rewritten().rawPath());
            case Decision.Refused refused -> String.valueOf(refused.status());
            default -> decision.toString();
        };
    }

    /** The table of the Gateway API's {@code HTTPPathModifier}; an empty replacement is written as a slash. */
    @ParameterizedTest
    @CsvSource(textBlock = """
            /foo,       /xyz,      /foo/bar,         /xyz/bar
            /foo,       /xyz/,     /foo/bar,         /xyz/bar
            /foo/,      /xyz,      /foo/bar,         /xyz/bar
            /foo/,      /xyz/,     /foo/bar,         /xyz/bar
            /foo,       /xyz,      /foo,             /xyz
            /foo,       /xyz,      /foo/,            /xyz/
            /foo,       /,         /foo/bar,         /bar
            /foo,       /,         /foo/,            /
            /foo,       /,         /foo,             /
            /,          /xyz,      /,                /xyz/
            /,          /xyz,      /foo/bar,         /xyz/foo/bar
            /,          /,         /foo,             /foo
            /foo,       /foo,      /foo/foo/foo,     /foo/foo/foo
            /a/b,       /c/d/e,    /a/b/x/y/,        /c/d/e/x/y/
            '/u/{id}',  /user,     /u/7/orders,      /user/orders
            /café,      /thé vert, /caf%C3%A9/x,     /th%C3%A9%20vert/x
            """)
    void aPrefixIsReplacedAsTheGatewayApiSays(String prefix, String replacement, String path, String expected)
            throws Exception {
        assertThat(rewritten(prefix, replacement, path)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            /foo//bar,             /xyz/bar
            //foo/bar,             400
            /foo/./bar,            /xyz/bar
            /foo/a/../bar,         /xyz/bar
            /foo/a%2fb,            /xyz/a%2Fb
            /foo/%7euser,          /xyz/~user
            /foo/a%40b,            /xyz/a%40b
            /foo/a b,              400
            /%66oo/bar,            400
            /foo/%62ar,            /xyz/bar
            /foo/..%2fadmin,       400
            /foo/%2e%2e%2fadmin,   400
            /foo/..;x=1/admin,     400
            /foo/;x=1/..;/admin,   400
            /foo/..%5cadmin,       400
            /foo/%252e%252e/admin, 400
            /foo/%c0%ae%c0%ae/a,   400
            /foo/... /a,           400
            /foo/7;v=1,            /xyz/7;v=1
            """)
    void anOddPathIsMadeCanonicalAndCannotClimbOut(String path, String expected) throws Exception {
        assertThat(rewritten("/foo", "/xyz", path)).isEqualTo(expected);
    }

    @Test
    void nothingThatLooksLikeAStepUpwardsIsLeftInARewrittenPath() throws Exception {
        RoutingTable table = Rules.table("""
                  - name: moved
                    matches: [{path: {value: /foo}}]
                    candidate: catalog
                    stage: complete
                    rewrite: {path: {type: ReplacePrefixMatch, value: /safe/place}}
                """);
        String[] parts = {
            "/", "//", "..", ".", "%2e", "%2E%2e", "%2f", "%5c", "\\", ";x", ";", "a", "%61", "%252e", "%c0%ae", "%20"
        };
        var random = new Random(3);
        int moved = 0;
        for (int i = 0; i < 50_000; i++) {
            var path = new StringBuilder("/foo");
            for (int j = 0; j < random.nextInt(8); j++) {
                path.append(parts[random.nextInt(parts.length)]);
            }
            Decision decision = table.decide(
                    new RequestFacts("x", "GET", path.toString(), null, HeaderLookup.none(), false, false, 0));
            if (decision instanceof Decision.Routed routed && routed.rewritten() != null) {
                String rewritten = String.valueOf(routed.rewritten().rawPath());
                moved++;
                assertThat(rewritten).as(path.toString()).startsWith("/safe/place");
                for (PathModel model : new PathModel[] {PathModel.UNKNOWN, new PathModel(true, true, true, true)}) {
                    var readings = PathReadings.of(rewritten, model);
                    if (readings != null) {
                        assertThat(readings)
                                .as(path + " -> " + rewritten)
                                .allMatch(each -> each.startsWith("/safe/place"));
                    }
                }
            }
        }
        assertThat(moved).isGreaterThan(1_000);
    }

    @Test
    void theHostnameAndAllOfThePathCanBeReplaced() throws Exception {
        Decision.Routed routed = (Decision.Routed) decide(
                "type: Exact, value: /foo",
                "candidate: catalog, rewrite: {hostname: in.example.com, path: {type: ReplaceFullPath, value: /x y}}",
                Rules.request("GET /foo"));
        assertThat(routed.rewritten()).isEqualTo(new Decision.Rewritten("in.example.com", "/x%20y"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            hostname: example.org                       | http  | shop.example.com      | http://example.org/a/b?x=1
            hostname: example.org                       | https | shop.example.com      | https://example.org/a/b?x=1
            hostname: example.org                       | http  | shop.example.com:8080 | http://example.org:8080/a/b?x=1
            hostname: example.org, port: 8083           | http  | shop.example.com      | http://example.org:8083/a/b?x=1
            hostname: example.org, port: 80             | http  | shop.example.com:8080 | http://example.org/a/b?x=1
            hostname: example.org, port: 443            | http  | shop.example.com      | http://example.org:443/a/b?x=1
            scheme: https                               | http  | shop.example.com:8080 | https://shop.example.com/a/b?x=1
            scheme: https, port: 443                    | http  | shop.example.com      | https://shop.example.com/a/b?x=1
            scheme: https, port: 8443                   | http  | shop.example.com      | https://shop.example.com:8443/a/b?x=1
            scheme: http                                | https | shop.example.com:8443 | http://shop.example.com/a/b?x=1
            port: 80                                    | https | shop.example.com      | https://shop.example.com:80/a/b?x=1
            "path: {type: ReplaceFullPath, value: /n}"  | http  | shop.example.com:80   | http://shop.example.com/n?x=1
            "path: {type: ReplacePrefixMatch, value: /n}" | https | '[2001:db8::1]:443' | https://[2001:db8::1]/n/b?x=1
            """)
    void aRedirectLeadsWhereTheGatewayApiSays(String redirect, String scheme, String host, String location)
            throws Exception {
        String action = "redirect: {" + redirect.replace("\"", "") + "}";
        RequestFacts request = new RequestFacts(
                host.replace("'", ""), "GET", "/a/b", "x=1", HeaderLookup.none(), scheme.equals("https"), false, 0);
        Decision decision = decide("value: /a", action, request);
        assertThat(decision).isInstanceOfSatisfying(Decision.Redirected.class, redirected -> {
            assertThat(redirected.location()).isEqualTo(location);
            assertThat(redirected.status()).isEqualTo(302);
        });
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            301, 301
            303, 303
            308, 308
            """)
    void theStatusIsTheOneAskedFor(String code, int status) throws Exception {
        var redirected = (Decision.Redirected)
                decide("value: /a", "redirect: {scheme: https, statusCode: " + code + "}", Rules.request("GET /a"));
        assertThat(redirected.status()).isEqualTo(status);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "evil.example/@", "user@evil.example", "x\r\ny", "a,b", "shop.example.com:", "[::1", "a:b:c"
            })
    void aHostThatIsNoneLeadsNowhere(String host) throws Exception {
        RequestFacts request = new RequestFacts(host, "GET", "/a", null, HeaderLookup.none(), false, false, 0);
        assertThat(decide("value: /a", "redirect: {scheme: https}", request))
                .isInstanceOfSatisfying(Decision.Refused.class, refused -> assertThat(refused.status())
                        .isEqualTo(400));
    }

    @Test
    void aLocationIsAlwaysOneLineOfPlainCharacters() throws Exception {
        RoutingTable table = Rules.table(
                "  - {name: moved, matches: [{path: {value: /}}], stage: complete, redirect: {hostname: example.org}}\n");
        var random = new Random(8);
        int redirected = 0;
        for (int i = 0; i < 20_000; i++) {
            var path = new StringBuilder("/");
            var query = new StringBuilder();
            for (int j = 0; j < random.nextInt(6); j++) {
                path.append((char) random.nextInt(256));
                query.append((char) random.nextInt(256));
            }
            var request = new RequestFacts(
                    "x", "GET", path.toString(), query.toString(), HeaderLookup.none(), false, false, 0);
            if (table.decide(request) instanceof Decision.Redirected there) {
                redirected++;
                assertThat(there.location())
                        .matches("http://example[.]org/[!-~]*")
                        .doesNotContain("#");
            }
        }
        assertThat(redirected).isGreaterThan(2_000);
    }

    @Test
    void callersOfTheBaselinesShareAreNotRedirected() throws Exception {
        RoutingTable table = RoutingTable.compile(Rules.parse("""
                backends:
                  - {name: legacy, url: "http://localhost:8081", baseline: true}
                cohorts:
                  - {name: shopper, key: [{header: X-Id}], salt: a}
                routes:
                  - name: moved
                    matches: [{path: {value: /a}}]
                    cohort: shopper
                    stage: live
                    weight: 50%
                    redirect: {hostname: new.example.com}
                """));
        int redirected = 0;
        for (int i = 0; i < 10_000; i++) {
            String id = "c" + i;
            Decision decision = table.decide(Rules.request("GET /a", "X-Id: " + id));
            boolean candidate = CohortHash.bucket("a", id) < 5_000;
            assertThat(decision).isInstanceOf(candidate ? Decision.Redirected.class : Decision.Routed.class);
            redirected += candidate ? 1 : 0;
        }
        assertThat(redirected).isBetween(4_700, 5_300);
    }

    @Test
    void twoReadingsThatWouldBeRewrittenDifferentlyAreRefused() throws Exception {
        RoutingTable table = Rules.table("""
                  - {name: one, matches: [{path: {value: /}}], candidate: catalog, stage: complete, rewrite: {hostname: one.example.com}}
                  - {name: two, matches: [{path: {value: /a/b}}], candidate: catalog, stage: complete, filters: [SecureHeaders]}
                """);
        assertThat(table.decide(Rules.request("GET /a%2fb"))).isInstanceOf(Decision.Refused.class);
        assertThat(table.decide(Rules.request("GET /a%2fc"))).isInstanceOf(Decision.Routed.class);
    }
}
