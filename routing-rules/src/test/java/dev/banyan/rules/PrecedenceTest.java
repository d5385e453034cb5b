package dev.banyan.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which route wins. The first four tables follow the semantics of the Gateway API's conformance tests of the same name. */
final class PrecedenceTest {

    private static final String PATH_MATCH_ORDER = """
              - name: v1
                matches:
                  - path: {type: PathPrefix, value: /match/prefix}
                  - path: {type: Exact, value: /match}
                candidate: catalog
                stage: complete
              - name: v2
                matches:
                  - path: {type: PathPrefix, value: /match/prefix/one}
                  - path: {type: Exact, value: /match/exact}
                candidate: catalog
                stage: complete
              - name: v3
                matches:
                  - path: {type: PathPrefix, value: /match}
                  - path: {type: Exact, value: /match/exact/one}
                candidate: catalog
                stage: complete
            """;

    @ParameterizedTest
    @CsvSource(textBlock = """
            /match/exact/one,      v3
            /match/exact,          v2
            /match,                v1
            /match/prefix/one/any, v2
            /match/prefix/any,     v1
            /match/any,            v3
            /matches,              -
            /match/,               v3
            """)
    void pathMatchOrder(String path, String expected) throws Exception {
        assertThat(Rules.routeOf(Rules.table(PATH_MATCH_ORDER), Rules.request("GET " + path)))
                .isEqualTo(expected);
    }

    private static final String METHODS = """
              - {name: v1, matches: [{method: POST}, {path: {value: /path1}, method: GET}, {path: {value: /path5}}], candidate: catalog, stage: complete}
              - {name: v2, matches: [{method: GET}, {headers: [{name: version, value: one}], method: PUT}, {method: PATCH}], candidate: catalog, stage: complete}
              - {name: v3, matches: [{path: {value: /path2}, method: POST, headers: [{name: version, value: two}]}, {headers: [{name: version, value: four}]}], candidate: catalog, stage: complete}
            """;

    @ParameterizedTest
    @CsvSource(textBlock = """
            POST /,      none,  v1
            GET /,       none,  v2
            HEAD /,      none,  -
            GET /path1,  none,  v1
            PUT /,       one,   v2
            POST /path2, two,   v3
            PUT /,       none,  -
            PATCH /path5,none,  v1
            PATCH /,     four,  v2
            DELETE /,    four,  v3
            """)
    void methodMatching(String line, String version, String expected) throws Exception {
        assertThat(Rules.routeOf(Rules.table(METHODS), Rules.request(line, "Version: " + version)))
                .isEqualTo(expected);
    }

    private static final String QUERIES = """
              - {name: v1, matches: [{queryParams: [{name: animal, value: whale}]}, {path: {value: /path1}, queryParams: [{name: animal, value: whale}]}, {path: {value: /path5}}], candidate: catalog, stage: complete}
              - {name: v2, matches: [{queryParams: [{name: animal, value: dolphin}]}, {queryParams: [{name: animal, value: whale}], headers: [{name: version, value: one}]}, {queryParams: [{name: animal, value: hydra}]}], candidate: catalog, stage: complete}
              - {name: v3, matches: [{queryParams: [{name: animal, value: dolphin}, {name: color, value: blue}]}, {queryParams: [{name: ANIMAL, value: Whale}]}, {headers: [{name: version, value: four}]}], priority: -1, candidate: catalog, stage: complete}
            """;

    @ParameterizedTest
    @CsvSource(textBlock = """
            /?animal=whale,                     none, v1
            /?animal=dolphin,                   none, v2
            /?animal=dolphin&color=blue,        none, v3
            /?ANIMAL=Whale,                     none, v3
            /?animal=whale&otherparam=irrelevant, none, v1
            /?animal=dolphin&color=yellow,      none, v2
            /?color=blue,                       none, -
            /?animal=whaledolphin,              none, -
            /,                                  none, -
            /?animal=%77hale,                   none, v1
            /?animal=dog&animal=whale,          none, -
            /?animal=whale&animal=dog,          none, v1
            /?x=100%&animal=whale,              none, v1
            /?animal,                           none, -
            /?&&animal=whale,                   none, v1
            /path1?animal=whale,                none, v1
            /?animal=whale,                     one,  v2
            /path5?animal=hydra,                none, v1
            /?animal=hydra,                     four, v3
            """)
    void queryParamMatching(String target, String version, String expected) throws Exception {
        assertThat(Rules.routeOf(Rules.table(QUERIES), Rules.request("GET " + target, "version: " + version)))
                .isEqualTo(expected);
    }

    /** In UTF-8 with and without percent signs, and in Latin-1 likewise, as old forms send it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "city=Z%C3%BCrich+West",
                "city=Z\u00c3\u00bcrich%20West",
                "city=Z%FCrich+West",
                "city=Z\u00fcrich+West"
            })
    void aQueryParameterBeyondAsciiIsOneValueInEverySpelling(String query) throws Exception {
        var table = Rules.table("""
                  - {name: city, matches: [{queryParams: [{name: city, value: "Z\\u00fcrich West"}]}], candidate: catalog, stage: complete}
                """);
        var request = new RequestFacts("x", "GET", "/", query, HeaderLookup.none(), false, false, 0);
        assertThat(Rules.routeOf(table, request)).isEqualTo("city");
    }

    private static final String HEADERS = """
              - {name: one, matches: [{headers: [{name: version, value: one}]}], candidate: catalog, stage: complete, priority: 2}
              - {name: two, matches: [{headers: [{name: version, value: two}]}], candidate: catalog, stage: complete, priority: 2}
              - {name: orange, matches: [{headers: [{name: version, value: two}, {name: color, value: orange}]}], candidate: catalog, stage: complete}
              - {name: cold, matches: [{headers: [{name: color, value: blue}]}, {headers: [{name: color, value: green}]}], candidate: catalog, stage: complete}
              - {name: warm, matches: [{headers: [{name: color, type: RegularExpression, value: "red|yellow"}]}], candidate: catalog, stage: complete, priority: 1}
            """;

    @ParameterizedTest
    @CsvSource(nullValues = "none", textBlock = """
            one,  none,   one
            two,  none,   two
            two,  orange, orange
            two,  blue,   two
            none, orange, -
            none, blue,   cold
            none, green,  cold
            none, red,    warm
            none, yellow, warm
            none, reddish,-
            """)
    void headerMatching(String version, String color, String expected) throws Exception {
        assertThat(Rules.routeOf(
                        Rules.table(HEADERS), Rules.request("GET /", "Version: " + version, "COLOR: " + color)))
                .isEqualTo(expected);
    }

    private static final String HOSTS = """
              - {name: exact, hostnames: [a.shop.example.com], matches: [{path: {value: /one}}, {path: {type: RegularExpression, value: "/r.*"}}], candidate: catalog, stage: complete}
              - {name: near, hostnames: ["*.shop.example.com"], matches: [{path: {value: /one/two}}, {path: {value: /two}}], candidate: catalog, stage: complete}
              - {name: far, hostnames: ["*.example.com"], matches: [{path: {type: Exact, value: /one/two}}, {path: {value: /three}}], candidate: catalog, stage: complete}
              - {name: any, matches: [{path: {type: Exact, value: /one/two}, method: GET}, {path: {value: /r}}, {path: {value: /four}}], candidate: catalog, stage: complete}
            """;

    @ParameterizedTest
    @CsvSource(textBlock = """
            a.shop.example.com,        /one/two,  exact
            A.Shop.Example.COM:8443,   /one/two,  exact
            a.shop.example.com.,       /one/two,  exact
            b.shop.example.com,        /one/two,  near
            c.b.shop.example.com,      /one/two,  near
            shop.example.com,          /one/two,  far
            shop.example.com,          /one,      -
            example.com,               /one/two,  any
            a.shop.example.com,        /two,      near
            a.shop.example.com,        /three,    far
            a.shop.example.com,        /four,     any
            a.shop.example.com,        /r,        exact
            b.shop.example.com,        /r,        any
            [::1]:8080,                /r,        any
            xshop.example.com,         /two,      -
            """)
    void theLongestHostGoesFirst(String host, String path, String expected) throws Exception {
        assertThat(Rules.routeOf(Rules.table(HOSTS), Rules.request("GET " + path, "Host: " + host)))
                .isEqualTo(expected);
    }

    private static final String TEMPLATES = """
              - {name: whole, matches: [{path: {type: PathTemplate, value: "/a/{x}/c"}}], candidate: catalog, stage: complete}
              - {name: literal, matches: [{path: {type: PathPrefix, value: /a/b}}], candidate: catalog, stage: complete}
              - {name: short, matches: [{path: {type: PathPrefix, value: /a}}], candidate: catalog, stage: complete}
              - {name: item, matches: [{path: {type: PathTemplate, value: "/items/{id}"}}], candidate: catalog, stage: complete}
              - {name: below, matches: [{path: {type: PathPrefix, value: "/items/{id}"}}], candidate: catalog, stage: complete}
              - {name: posted, matches: [{path: {type: PathTemplate, value: "/p/b"}, method: POST}], candidate: catalog, stage: complete}
              - {name: variable, matches: [{path: {type: PathTemplate, value: "/p/{x}"}}], candidate: catalog, stage: complete}
              - {name: expression, matches: [{path: {type: RegularExpression, value: "/(p|q)/.*"}}], candidate: catalog, stage: complete}
              - {name: tool, matches: [{path: {type: Exact, value: /café au lait}}], candidate: catalog, stage: complete}
            """;

    @ParameterizedTest
    @CsvSource(textBlock = """
            /a/z/c,        whole
            /a/b/c,        literal
            /a/z/d,        short
            /a,            short
            /items/7,      item
            /items/7/x,    below
            /items/7/,     below
            /items/,       -
            /items,        -
            /p/b,          variable
            /p/b/c,        expression
            /q/,           expression
            /xq/,          -
            /caf%C3%A9%20au%20lait, tool
            /caf%c3%a9%20au%20lait, tool
            /café%20au%20lait, tool
            """)
    void elementsAreComparedFromTheLeft(String path, String expected) throws Exception {
        assertThat(Rules.routeOf(Rules.table(TEMPLATES), Rules.request("GET " + path)))
                .isEqualTo(expected);
    }

    @Test
    void aHigherPrioritySettlesATie() throws Exception {
        var table = Rules.table("""
                  - {name: low, matches: [{path: {value: /a}}], candidate: catalog, stage: complete}
                  - {name: high, matches: [{path: {value: /a/}}], candidate: catalog, stage: complete, priority: 1}
                """);
        assertThat(Rules.routeOf(table, Rules.request("GET /a"))).isEqualTo("high");
    }

    @Test
    void priorityDoesNotBeatRank() throws Exception {
        var table = Rules.table("""
                  - {name: wide, matches: [{path: {value: /a}}], candidate: catalog, stage: complete, priority: 1000}
                  - {name: narrow, matches: [{path: {value: /a/b}}], candidate: catalog, stage: complete}
                """);
        assertThat(Rules.routeOf(table, Rules.request("GET /a/b"))).isEqualTo("narrow");
    }

    @Test
    void moreThan64MatchesOnOnePathAreRefused() throws Exception {
        assertThat(Rules.routeOf(Rules.table(manyOnOnePath(64)), Rules.request("GET /a", "h: 63")))
                .isEqualTo("r63");
        assertThatThrownBy(() -> Rules.table(manyOnOnePath(65)))
                .isInstanceOf(RulesException.class)
                .hasMessageContaining("65 matches on one path (expected: at most 64)");
    }

    private static String manyOnOnePath(int count) {
        var routes = new StringBuilder();
        for (int i = 0; i < count; i++) {
            routes.append("  - {name: r" + i + ", matches: [{headers: [{name: h, value: \"" + i
                    + "\"}]}], candidate: catalog, stage: complete}\n");
        }
        return routes.toString();
    }

    @Test
    void moreThan100ExpressionsOnOneHostAreRefused() throws Exception {
        assertThat(Rules.routeOf(Rules.table(manyExpressions(100)), Rules.request("GET /99x")))
                .isEqualTo("r99");
        assertThatThrownBy(() -> Rules.table(manyExpressions(101)))
                .isInstanceOf(RulesException.class)
                .hasMessageContaining("101 regular expressions on one host (expected: at most 100)");
    }

    private static String manyExpressions(int count) {
        var routes = new StringBuilder();
        for (int i = 0; i < count; i++) {
            routes.append("  - {name: r" + i + ", matches: [{path: {type: RegularExpression, value: \"/" + i
                    + "x*\"}}], candidate: catalog, stage: complete, priority: " + i + "}\n");
        }
        return routes.toString();
    }

    @Test
    void rulesThatCouldMakeAWalkLongAreRefused() throws Exception {
        assertThat(Rules.routeOf(Rules.table(everyMix(7)), Rules.request("GET /a/a/a/a/a/a/a/z")))
                .isEqualTo("r0");
        assertThatThrownBy(() -> Rules.table(everyMix(9)))
                .isInstanceOf(RulesException.class)
                .hasMessageContaining("ways to go through {name} or a literal (expected: at most 512)");
    }

    /** Every path of this many elements each of which is {@code a} or a variable. */
    private static String everyMix(int elements) {
        var routes = new StringBuilder();
        for (int i = 0; i < 1 << elements; i++) {
            var path = new StringBuilder();
            for (int j = 0; j < elements; j++) {
                path.append(((i >> j) & 1) == 0 ? "/a" : "/{v" + j + "}");
            }
            routes.append("  - {name: r" + i + ", matches: [{path: {type: PathTemplate, value: \"" + path
                    + "/z\"}}], candidate: catalog, stage: complete}\n");
        }
        return routes.toString();
    }
}
