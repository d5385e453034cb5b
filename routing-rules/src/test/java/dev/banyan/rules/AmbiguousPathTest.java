package dev.banyan.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Nobody chooses his side of a rule by the way he writes a path; and without a rule nothing changes. */
final class AmbiguousPathTest {

    private static final String ADMIN = """
              - {name: admin, matches: [{path: {value: /admin}}], candidate: catalog, stage: complete}
              - {name: login, matches: [{path: {type: Exact, value: /login}}], candidate: catalog, stage: complete}
            """;

    /** It can be read in too many ways to look them all up. */
    private static final String ENDLESS = "/a;/..%2f%255c.//%25252e;x\\%c0%af.".repeat(100);

    /** Ways to write /admin/x, or to look like it, that one server or another falls for. */
    static Stream<String> bypasses() {
        return Stream.of(
                "//admin/x",
                "/x/../admin/x",
                "/x/%2e%2e/admin/x",
                "/x/%2E./admin/x",
                "/x/..;/admin/x",
                "/admin%2fx",
                "/admin%2Fx",
                "/./admin/x",
                "/;/admin/x",
                "/%c0%afadmin/x",
                "/x%5c..%5cadmin/x",
                "/x\\..\\admin/x",
                "/admin/../x",
                "/admin/..;/x",
                "/admin/..%2fx",
                "/admin/%2e%2e/x",
                "/admin;a=b/x",
                "/%61dmin/x",
                "/admi%6e/x",
                "/%2561dmin/x",
                "/%2fadmin/x",
                "/admin%5cx",
                "/\\admin/x",
                "/x//../admin/x",
                "/x/..//admin/x",
                "/admin/..\\x",
                "/admin%3b/x",
                "/admin%3ba=b/x",
                "/admin%23/x",
                "/login/.",
                "/login/%2e",
                "/x/../login/.",
                "/admin%00",
                "/adm%u0069n/x",
                "/%u002fadmin/x",
                "/admin/x\\..\\x",
                "/admin%3f/x",
                "/admin#/x",
                "/admin./x",
                "/admin%20/x",
                "/admin%2e/x",
                "/admin%09/x",
                "/adm%0ain/x",
                "/%ef%bd%81dmin/x",
                "/admin%ef%bc%8fx",
                "/admin/%252e%252e/x",
                "/x/%252e%252e/admin/x",
                "/x/%25252e%25252e/admin/x",
                "/%e0%80%afadmin/x",
                "/x/%c0%ae%c0%ae/admin/x",
                "/x/..%00/admin/x/..",
                "/x;/../admin/x",
                "/x/%2e%2e;/admin/x",
                "/.;/admin/x",
                "/x/.%2e/admin",
                "/..;/admin",
                "/../admin",
                "/%2e/admin",
                "/x/%2e%2e%2fadmin",
                "/x/..%252fadmin",
                "/admin%252fx",
                "/%5cadmin",
                "/%255cadmin");
    }

    @ParameterizedTest
    @MethodSource("bypasses")
    void aPathThatServersReadDifferentlyIsRefusedAtTheSeam(String path) throws Exception {
        assertThat(Rules.routeOf(Rules.table(ADMIN), Rules.request("GET " + path)))
                .isEqualTo("400");
    }

    @ParameterizedTest
    @MethodSource("bypasses")
    void withoutRulesTheSamePathGoesToLegacyAsItCame(String path) throws Exception {
        RoutingTable table = RoutingTable.compile(RuleSet.passThrough(URI.create("http://localhost:8081")));
        assertThat(Rules.routeOf(table, Rules.request("GET " + path))).isEqualTo("-");
    }

    @ParameterizedTest
    @MethodSource("bypasses")
    void awayFromTheSeamOddPathsGoOnLiving(String path) throws Exception {
        var table = Rules.table("""
                  - {name: other, matches: [{path: {value: /other}}], candidate: catalog, stage: complete}
                """);
        assertThat(Rules.routeOf(table, Rules.request("GET " + path))).isEqualTo("-");
    }

    @ParameterizedTest
    @ValueSource(strings = {"off", "shadow"})
    void aRouteThatStillServesEveryoneFromTheBaselineRefusesNothing(String stage) throws Exception {
        var table = Rules.table(ADMIN.replace("complete", stage));
        assertThat(table.decide(Rules.request("GET /x/..;/admin/x"))).isInstanceOf(Decision.Routed.class);
    }

    @Test
    void aPathOfEndlessReadingsIsRefusedOnlyWhereARouteHasMoved() throws Exception {
        RequestFacts request = Rules.request("GET " + ENDLESS);
        String others = """
                  - {name: a, matches: [{path: {value: /a}}], candidate: catalog, stage: off, maxBodySize: 2MiB}
                  - {name: b, matches: [{path: {value: /b}}], candidate: catalog, stage: shadow, maxBodySize: 1MiB}
                """;
        assertThat(Rules.table(others + ADMIN.replace("complete", "off")).decide(request))
                .isInstanceOfSatisfying(Decision.Routed.class, routed -> {
                    assertThat(routed.route()).isNull();
                    assertThat(routed.backend()).isEqualTo(Rules.LEGACY);
                    assertThat(routed.bodyBytesMax()).isEqualTo(1L << 20);
                });
        assertThat(Rules.routeOf(Rules.table(others + ADMIN), request)).isEqualTo("400");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/upload", "//upload", "/./upload", "/x/../upload", "/%75pload", "/x/..;/upload"})
    void noSpellingGetsRoundTheLimitOfARouteNorPastItsMirror(String path) throws Exception {
        var table = Rules.table("""
                  - name: upload
                    matches: [{path: {value: /upload}}]
                    candidate: catalog
                    stage: shadow
                    maxBodySize: 10MiB
                    mirror: {percent: 100}
                """);
        assertThat(table.decide(Rules.request("GET " + path))).isInstanceOfSatisfying(Decision.Routed.class, routed -> {
            assertThat(routed.name()).isEqualTo("upload");
            assertThat(routed.bodyBytesMax()).isEqualTo(10L << 20);
            assertThat(routed.copy()).isNotNull();
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a/../b", "/b/../a"})
    void ofRoutesThatAgreeTheStricterTermsHold(String path) throws Exception {
        var table = Rules.table("""
                  - name: a
                    matches: [{path: {value: /a}}]
                    candidate: catalog
                    stage: live
                    weight: 100%
                    maxBodySize: 2MiB
                    timeouts: {request: 1s}
                  - name: b
                    matches: [{path: {value: /b}}]
                    candidate: catalog
                    stage: live
                    weight: 100%
                    maxBodySize: 1MiB
                    timeouts: {request: 2s}
                    fallback: none
                """);
        assertThat(table.decide(Rules.request("GET " + path))).isInstanceOfSatisfying(Decision.Routed.class, routed -> {
            assertThat(routed.name()).isEqualTo(path.substring(1, 2));
            assertThat(routed.bodyBytesMax()).isEqualTo(1L << 20);
            assertThat(routed.requestTimeout()).isEqualTo(Duration.ofSeconds(1));
            assertThat(routed.mayFallBack()).isFalse();
        });
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            /admin/x,                      admin
            /admin/a%2fb,                  admin
            /admin/a;v=1/b,                admin
            /admin/a//b,                   admin
            /admin/a/./b,                  admin
            /admin/%61,                    admin
            /admin/a%20b,                  admin
            /admin/%C3%BC,                 admin
            /admin/a+b@c:d!$&()*=,         admin
            /admin/100%25,                 admin
            /admin/a/../b,                 admin
            /admin//../../admin/x,         admin
            /files/a%2fb%20c,              -
            /files/report..pdf,            -
            /files/.well-known,            -
            /files//a,                     -
            /cat;jsessionid=1A2B.node1,    -
            /shop/%E4pfel,                 -
            """)
    void whatAllReadingsAgreeOnIsForwarded(String path, String expected) throws Exception {
        assertThat(Rules.routeOf(Rules.table(ADMIN), Rules.request("GET " + path)))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a\u0000b", "/a\tb", "/a\r\nb", "/a\u007f", "/a b", "", "admin", "http://x/admin"})
    void aBrokenPathIsRefusedEvenWithoutRules(String path) throws Exception {
        RoutingTable table = RoutingTable.compile(RuleSet.passThrough(URI.create("http://localhost:8081")));
        var request = new RequestFacts("x", "GET", path, null, HeaderLookup.none(), false, false, 0);
        assertThat(table.decide(request))
                .isInstanceOfSatisfying(Decision.Refused.class, refused -> assertThat(refused.status())
                        .isEqualTo(400));
    }

    @Test
    void optionsOfTheWholeServerGoToTheBaseline() throws Exception {
        var request = new RequestFacts("x", "OPTIONS", "*", null, HeaderLookup.none(), false, false, 0);
        assertThat(Rules.routeOf(Rules.table(ADMIN), request)).isEqualTo("-");
    }

    @Test
    void aServletContainersSessionIdInThePathIsRoutedOnceItsModelIsDeclared() throws Exception {
        String rules = """
                backends:
                  - {name: legacy, url: "http://localhost:8081", baseline: true, pathModel: {stripsParameters: true}}
                  - {name: catalog, url: "http://localhost:8082"MODEL}
                routes:
                  - {name: browse, matches: [{path: {value: /catalog}}], candidate: catalog, stage: complete}
                """;
        RequestFacts request = Rules.request("GET /catalog;jsessionid=1A2B");
        var half = RoutingTable.compile(Rules.parse(rules.replace("MODEL", "")));
        assertThat(Rules.routeOf(half, request)).isEqualTo("400");
        var both = RoutingTable.compile(Rules.parse(rules.replace("MODEL", ", pathModel: {stripsParameters: true}")));
        assertThat(Rules.routeOf(both, request)).isEqualTo("browse");
        assertThat(Rules.routeOf(both, Rules.request("GET /catalog%3bjsessionid=1A2B")))
                .isEqualTo("400");
    }

    @Test
    void whereABackendIgnoresCaseAPathInOtherLettersIsRefusedAtTheSeam() throws Exception {
        String rules = """
                backends:
                  - {name: legacy, url: "http://localhost:8081", baseline: true, pathModel: {ignoresCase: true}}
                  - {name: catalog, url: "http://localhost:8082"MODEL}
                routes:
                  - {name: browse, matches: [{path: {value: /Catalog}}], candidate: catalog, stage: complete}
                """;
        var half = RoutingTable.compile(Rules.parse(rules.replace("MODEL", "")));
        assertThat(Rules.routeOf(half, Rules.request("GET /Catalog/1"))).isEqualTo("browse");
        assertThat(Rules.routeOf(half, Rules.request("GET /catalog/1"))).isEqualTo("400");
        assertThat(Rules.routeOf(half, Rules.request("GET /other"))).isEqualTo("-");
        var both = RoutingTable.compile(Rules.parse(rules.replace("MODEL", ", pathModel: {ignoresCase: true}")));
        assertThat(Rules.routeOf(both, Rules.request("GET /CATALOG/1"))).isEqualTo("browse");
    }

    private static final String IGNORING_CASE = """
            backends:
              - {name: legacy, url: "http://localhost:8081", baseline: true, pathModel: {ignoresCase: true}}
              - {name: catalog, url: "http://localhost:8082", pathModel: {ignoresCase: true}}
            routes:
            """;

    /** U+0130 and U+0131 are an i to who compares letter by letter, and none to others: nobody chooses his side by them. */
    @ParameterizedTest
    @CsvSource(textBlock = """
            /ADMIN/x,         admin
            /adm%C4%B0n/x,    400
            /adm%C4%B1n/x,    400
            /ADM%C4%B0N%2fx,  400
            /files/%C4%B1,    -
            /admin/%C4%B1/%C4%B0, admin
            """)
    void whereABackendIgnoresCaseNoLetterLeadsRoundARule(String path, String expected) throws Exception {
        RoutingTable table = RoutingTable.compile(Rules.parse(IGNORING_CASE + ADMIN));
        assertThat(Rules.routeOf(table, Rules.request("GET " + path))).isEqualTo(expected);
        Explanation explanation = Explain.of(table, Rules.request("GET " + path));
        assertThat(explanation.readings().stream().anyMatch(each -> "admin".equals(each.route())))
                .isEqualTo(!expected.equals("-"));
    }

    /** As Greek and Turkish have them: a rule with such letters is met in every case. */
    @ParameterizedTest
    @CsvSource(textBlock = """
            /\u03bf\u03b4\u03bf\u03c2,   street
            /\u03bf\u03b4\u03bf\u03c3,   street
            /\u039f\u0394\u039f\u03a3,   street
            /kay\u0131t/x,               record
            /KAYIT/x,                    record
            /kayit/x,                    record
            /say\u0131/x,                number
            /SAYI/x,                     number
            """)
    void aRuleWithALetterThatServersCompareDifferentlyIsMetInEveryCase(String path, String expected) throws Exception {
        RoutingTable table = RoutingTable.compile(Rules.parse(IGNORING_CASE + """
                  - {name: street, matches: [{path: {type: Exact, value: "/\\u03bf\\u03b4\\u03bf\\u03c2"}}], candidate: catalog, stage: complete}
                  - {name: record, matches: [{path: {value: "/kay\\u0131t"}}], candidate: catalog, stage: complete}
                  - {name: number, matches: [{path: {type: RegularExpression, value: "/say\\u0131(/.*)?"}}], candidate: catalog, stage: complete}
                """));
        assertThat(Rules.routeOf(table, Rules.request("GET " + path))).isEqualTo(expected);
    }

    @Test
    void aPathOfEndlessReadingsIsRefusedAndSoonSo() throws Exception {
        RoutingTable table = Rules.table(ADMIN);
        long start = System.nanoTime();
        for (int i = 0; i < 50; i++) {
            assertThat(Rules.routeOf(table, Rules.request("GET " + ENDLESS))).isEqualTo("400");
        }
        assertThat((System.nanoTime() - start) / 50).isLessThan(250_000_000L);
    }

    /** What a server might do to a path, written apart from the product: some mix of these, in any order. */
    private static final List<UnaryOperator<String>> SERVERS_DO = List.of(
            path -> path.replaceAll("/+", "/"),
            path -> path.replaceAll(";[^/]*", ""),
            path -> path.replace('\\', '/'),
            path -> URI.create("http://x" + path.replace("\\", "%5C"))
                    .normalize()
                    .getRawPath()
                    .replace("%5C", "\\"),
            path -> path.replaceAll("(?i)%2f", "/"),
            path -> path.replaceAll("(?i)%5c", "\\\\"),
            path -> path.replaceAll("(?i)%2e", "."),
            path -> path.replaceAll("(?i)%3b", ";"),
            path -> path.replaceAll("(?i)%61", "a"),
            path -> path.replaceAll("(?i)%25", "%"));

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void noServerFindsItselfOnTheOtherSideOfARule(long seed) throws Exception {
        RoutingTable table = Rules.table(ADMIN);
        var random = new Random(seed);
        List<String> parts = List.of(
                "/", "/", "/", "admin", "admin", "x", ".", "..", ";", ";a=b", "%2f", "%5c", "\\", "%2e", "%3b",
                "%61dmin", "%252e");
        int forwarded = 0;
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            var path = new StringBuilder("/");
            for (int j = 0; j <= random.nextInt(7); j++) {
                path.append(parts.get(random.nextInt(parts.size())));
            }
            String routed = Rules.routeOf(table, Rules.request("GET " + path));
            if (routed.equals("400")) {
                refused++;
                continue;
            }
            forwarded++;
            String understood = understood(path.toString(), random);
            boolean admin = understood.equals("/admin") || understood.startsWith("/admin/");
            assertThat(routed)
                    .as("%s, which a server takes for %s", path, understood)
                    .isEqualTo(admin ? "admin" : "-");
        }
        assertThat(forwarded).isGreaterThan(1_000);
        assertThat(refused).isGreaterThan(1_000);
    }

    private static String understood(String path, Random random) {
        String understood = path;
        for (int i = 0; i < random.nextInt(5); i++) {
            UnaryOperator<String> step = SERVERS_DO.get(random.nextInt(SERVERS_DO.size()));
            try {
                understood = step.apply(understood);
            } catch (IllegalArgumentException e) {
                continue; // the normaliser of the JDK refuses it: this server does not do it
            }
            if (!understood.startsWith("/")) {
                return path;
            }
        }
        return understood;
    }

    @Test
    void everyReadingIsReachedWhateverTheOrder() {
        assertThat(PathReadings.of("/a%2fb;c//d/../e", PathModel.UNKNOWN))
                .contains("/a%2fb;c//d/../e", "/a/b//e", "/a/b/e", "/a%2fb/e", "/a/b;c/e", "/a/b;c//d/../e");
        assertThat(PathReadings.of("/x", PathModel.UNKNOWN)).isEqualTo(Set.of("/x"));
    }

    @Test
    void randomBytesNeverMakeADecisionThrow() throws Exception {
        RoutingTable table = Rules.table("""
                  - {name: admin, hostnames: ["*.x.io"], matches: [{path: {value: /admin}}], candidate: catalog, stage: complete}
                  - {name: asked, matches: [{path: {value: /a}, headers: [{name: h, type: RegularExpression, value: ".*b"}], queryParams: [{name: q, value: x}]}], candidate: catalog, stage: complete}
                """);
        var random = new Random(7);
        for (int i = 0; i < 50_000; i++) {
            String header = bytes(random);
            HeaderLookup headers = _ -> header.length() % 2 == 0 ? List.of(header) : List.of();
            var request = new RequestFacts(
                    bytes(random), bytes(random), "/" + bytes(random), bytes(random), headers, false, false, 0);
            assertThat(table.decide(request)).isNotNull();
        }
    }

    private static String bytes(Random random) {
        String odd = "/.%;\\20cafeCAFE:[]=&x";
        var text = new StringBuilder();
        for (int i = 0; i < random.nextInt(20); i++) {
            int c = random.nextInt(4) == 0 ? random.nextInt(256) : odd.charAt(random.nextInt(odd.length()));
            text.append((char) c);
        }
        return text.toString();
    }

    @Test
    void aTieThatOnlyABackendMakesIsRefused() {
        assertThatThrownBy(() -> Rules.parse("""
                backends:
                  - {name: legacy, url: "http://localhost:8081", baseline: true, pathModel: {ignoresCase: true}}
                  - {name: catalog, url: "http://localhost:8082"}
                routes:
                  - {name: a, matches: [{path: {value: /a}}], candidate: catalog, stage: off}
                  - {name: b, matches: [{path: {value: /A}}], candidate: catalog, stage: off}
                """)).hasMessageContaining("a backend ignores case");
    }

    @Test
    void theOddestPathsKnownHaveFewReadings() {
        List<Integer> counts = new ArrayList<>();
        bypasses().forEach(each -> {
            Set<String> readings = PathReadings.of(each, PathModel.UNKNOWN);
            counts.add(readings == null ? Integer.MAX_VALUE : readings.size());
        });
        assertThat(counts).allSatisfy(each -> assertThat(each).isLessThan(PathReadings.READINGS_MAX));
    }
}
