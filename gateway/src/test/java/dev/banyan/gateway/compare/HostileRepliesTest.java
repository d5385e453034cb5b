package dev.banyan.gateway.compare;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.gateway.compare.Comparison.Reason;
import dev.banyan.rules.Compare;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Replies that nobody sends by accident. */
class HostileRepliesTest {

    private static final Compare TOLERANT = Replies.rules("""
                    compare:
                      headers: []
                      json:
                        tolerance: [{path: "$.n", abs: 0.1}, {path: "$.list[*]", abs: 0.1}]
                        timestamps: [{path: "$.n", within: 1s}]
                        arrays: [{path: "$.any", order: any}]
                    """);

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"n":1e999999999}            | {"n":2e999999999}
            {"n":1e-999999999}           | {"n":1}
            {"n":1e99999999999999999999} | {"n":1}
            {"n":-0.0e10}                | {"n":7}
            {"a":1,"a":2}                | {"a":2,"a":1}
            {"a":1                       | {"a":1,
            {"a":"\\ud800"}              | {"a":"\\udfff"}
            {"a":"\\u0000"}              | {"a":""}
            {"":1}                       | {"":2}
            {"a'b\\"[*]":1}              | {"a'b\\"[*]":2}
            [[[[]]]]                     | [[[{}]]]
            nul                          | null
            """)
    void oddJsonDiffers(String baseline, String candidate) {
        assertThat(Replies.compare(TOLERANT, Replies.json(baseline), Replies.json(candidate)))
                .isInstanceOf(Comparison.Differs.class);
    }

    @Test
    void jsonThatIsTooDeepOrHasEndlessNumbersIsNotCompared() {
        String deep = "[".repeat(100_000);
        assertThat(reason(Replies.json(deep), Replies.json(deep + "]"))).isEqualTo(Reason.LIMIT);
        String digits = "1".repeat(50_000);
        assertThat(reason(Replies.json(digits), Replies.json(digits + "2"))).isEqualTo(Reason.LIMIT);
    }

    @Test
    void htmlAndXmlThatAreTooDeepStillHaveAnAnswer() {
        String html = "<div>".repeat(50_000);
        assertThat(Replies.compare(Replies.html(html + "a"), Replies.html(html + "b")))
                .isNotInstanceOf(Comparison.NotComparable.class);
        String xml = "<a>".repeat(50_000) + "</a>".repeat(50_000);
        assertThat(Replies.compare(
                        Replies.of(200, "text/xml", xml),
                        Replies.of(200, "text/xml", xml.replace("<a></a>", "<a>b</a>"))))
                .isInstanceOf(Comparison.Differs.class);
    }

    @Test
    void nothingFromOutsideIsReadIntoXml() {
        String xml = "<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/passwd\"><!ENTITY f \"%s\">]><a>&e;&f;</a>";
        assertThat(Replies.text(Replies.compare(
                        Replies.of(200, "text/xml", xml.formatted("1")),
                        Replies.of(200, "text/xml", xml.formatted("2")))))
                .doesNotContain("root:");
        String bomb =
                "<!DOCTYPE a [<!ENTITY b \"bbbbbbbbbb\"><!ENTITY c \"&b;&b;&b;&b;\"><!ENTITY d \"&c;&c;&c;\">]><a>%s</a>";
        assertThat(Replies.text(Replies.compare(
                        Replies.of(200, "text/xml", bomb.formatted("&d;")),
                        Replies.of(200, "text/xml", bomb.formatted("&c;")))))
                .doesNotContain("bbbbbbbbbbb");
    }

    @Test
    void aCompressedBodyIsComparedAsWhatItHolds() throws IOException {
        byte[] one = "{\"a\":1}".getBytes(UTF_8);
        byte[] other = "{\"a\": 1.0}".getBytes(UTF_8);
        for (Reply encoded : List.of(
                encoded("gzip", gzip(other)),
                encoded("deflate", deflate(other, false)),
                encoded("deflate", deflate(other, true)),
                encoded("identity", other))) {
            assertThat(Replies.text(Replies.compare(encoded("gzip", gzip(one)), encoded)))
                    .isEqualTo("alike");
        }
        assertThat(Replies.text(Replies.compare(
                        encoded("gzip", gzip(one)), encoded("gzip", gzip("{\"a\":2}".getBytes(UTF_8))))))
                .isEqualTo("behavioural value $.a: 1 -> 2");
    }

    @Test
    void aBodyThatUnpacksWithoutEndIsNotCompared() throws IOException {
        byte[] bomb = gzip(new byte[64 << 20]);
        assertThat(bomb.length).isLessThan(100_000);
        assertThat(reason(encoded("gzip", bomb), Replies.json("{}"))).isEqualTo(Reason.TOO_LARGE);
    }

    @Test
    void brokenUnknownAndCutBodiesAreNotCompared() throws IOException {
        byte[] whole = gzip("{\"a\":\"some text that is long enough\"}".getBytes(UTF_8));
        Reply broken = encoded("gzip", Arrays.copyOf(whole, whole.length - 12));
        assertThat(reason(broken, Replies.json("{}"))).isEqualTo(Reason.BROKEN);
        assertThat(reason(encoded("gzip", "{}".getBytes(UTF_8)), Replies.json("{}")))
                .isEqualTo(Reason.BROKEN);
        assertThat(Replies.text(Replies.compare(Replies.json("{}"), broken)))
                .isEqualTo("breaking type body: readable -> body of the candidate: broken gzip");
        assertThat(reason(encoded("br", whole), Replies.json("{}"))).isEqualTo(Reason.ENCODING);
        var cut = new Reply(200, List.of(), "{\"a\"".getBytes(UTF_8), true);
        assertThat(reason(cut, cut)).isEqualTo(Reason.TOO_LARGE);
    }

    @Test
    void aStatusThatDiffersIsSaidEvenIfTheBodyCannotBeCompared() throws IOException {
        var cut = new Reply(200, List.of(), new byte[10], true);
        var other = new Reply(201, List.of(), new byte[11], true);
        assertThat(Replies.text(Replies.compare(cut, other)))
                .isEqualTo("breaking status status: 200 -> 201\n"
                        + "note: bodies not compared: body of the baseline: more than 10 bytes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"utf-8", "utf-16", "us-ascii", "no-such-charset", "bad charset!", "x-JISAutoDetect", ""})
    void bytesThatNoCharsetHasAreStillTold(String charset) {
        for (String type : List.of("text/plain", "text/html", "application/json", "application/xml", "text/csv")) {
            String contentType = charset.isEmpty() ? type : type + "; charset=" + charset;
            Reply one = Replies.of(200, contentType, new byte[] {'a', (byte) 0xff, (byte) 0xc0, 'b'});
            Reply other = Replies.of(200, contentType, new byte[] {'a', (byte) 0xfe, (byte) 0xc1, 'b'});
            assertThat(Replies.compare(one, one)).as(contentType).isInstanceOf(Comparison.Same.class);
            Comparison comparison = Replies.compare(one, other);
            assertThat(comparison).as(contentType).isNotInstanceOf(Comparison.NotComparable.class);
            if (type.equals("text/plain")) {
                assertThat(comparison).as(contentType).isInstanceOf(Comparison.Differs.class);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            text/plain;charset=utf-8                         | caf%C3%A9       | caf%E9
            text/plain                                       | caf%E9          | caf%C3%A9
            text/csv;charset=no-such-charset                 | caf%E9          | caf%C3%A9
            application/json                                 | caf%C3%A9       | caf%E9
            application/x-www-form-urlencoded;charset=utf-8  | a=caf%C3%A9     | a=caf%E9
            application/x-www-form-urlencoded                | a=caf%25C3%25A9 | a=caf%25E9
            application/x-www-form-urlencoded                | a=caf%25E9      | a=caf%25E8
            text/html                                        | <p>caf%E9       | <p>caf%E8
            text/html                                        | <p>caf%E9       | <p>caf%C3%A9
            text/html;charset=utf-8                          | <p>caf%C3%A9    | <p>caf%E9
            """)
    void umlautsOfWhichOneSideIsBrokenDiffer(String type, String baseline, String candidate) {
        for (String other : List.of(candidate, baseline)) {
            Comparison comparison = Replies.compare(
                    Replies.of(200, type, bytes(other.equals(baseline) ? candidate : baseline)),
                    Replies.of(200, type, bytes(other)));
            assertThat(comparison).as(other).isInstanceOf(Comparison.Differs.class);
        }
    }

    /** What is said in two ways and is the same to a caller. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            text/plain;charset=utf-8 | caf%C3%A9           | text/plain;charset=iso-8859-1 | caf%E9
            text/plain               | caf%E9              | text/plain                    | caf%E9%20
            text/html                | <p>caf%E9           | text/html                     | <p>caf&eacute;
            text/html                | <p>%80              | text/html                     | <p>&euro;
            text/html                | <p>caf%E9           | text/html;charset=utf-8       | <p>caf%C3%A9
            text/html                | <p>caf%C3%A9        | text/html                     | <p>caf&eacute;
            text/html                | <meta%20charset=utf-8><p>caf%C3%A9 | text/html;charset=iso-8859-1 | <meta%20charset=utf-8><p>caf%E9
            """)
    void umlautsOfTwoCharsetsAreAlike(String type, String baseline, String otherType, String candidate) {
        Compare rules = Replies.rules("compare: {headers: []}");
        assertThat(Replies.text(Replies.compare(
                        rules, Replies.of(200, type, bytes(baseline)), Replies.of(200, otherType, bytes(candidate)))))
                .isEqualTo("alike");
    }

    private static byte[] bytes(String escaped) {
        return URLDecoder.decode(escaped.replace("+", "%2B"), ISO_8859_1).getBytes(ISO_8859_1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"$.list", "$.any", "$.keyed"})
    void hugeArraysTakeLittleTimeAndFewDifferences(String path) {
        String name = path.substring(2);
        List<String> elements = elements(20_000, i -> "{\"id\":" + i + "}");
        var shuffled = new ArrayList<>(elements);
        Collections.shuffle(shuffled, new Random(1));
        List<String> others = elements(20_000, i -> "{\"id\":" + (i + 50_000) + "}");
        Compare rules = Replies.rules("""
                compare: {json: {arrays: [{path: "$.any", order: any}, {path: "$.keyed", keyedBy: id}]}}
                """);
        for (List<String> candidate : List.of(shuffled, others, elements.subList(100, 19_900))) {
            assertThat(Replies.compare(rules, array(name, elements), array(name, candidate)))
                    .satisfiesAnyOf(each -> assertThat(each).isInstanceOf(Comparison.Same.class), each -> assertThat(
                                    ((Comparison.Differs) each).differences())
                            .hasSizeLessThanOrEqualTo(3));
        }
    }

    @Test
    void aHundredThousandElementsAreCompared() {
        List<String> elements = elements(100_000, Integer::toString);
        var changed = new ArrayList<>(elements);
        changed.remove(50_000);
        changed.set(10, "-1");
        Comparison comparison = Replies.compare(TOLERANT, array("list", elements), array("list", changed));

        assertThat(Replies.text(comparison))
                .contains("behavioural item removed $.list[50000]: 50000 -> nothing", "behavioural value $.list[10]")
                .contains("note: arrays with changes across more than 1000 elements are paired whatever their order");
    }

    @Test
    void aHundredThousandElementsOfAPageAreCompared() {
        String page = "<b>1</b>".repeat(50_000);
        assertThat(Replies.text(Replies.compare(Replies.html(page), Replies.html(page.replace('1', '2')))))
                .startsWith("behavioural value body > b:nth-of-type(1): 1 -> 2 (50000 places)");
        assertThat(Replies.text(Replies.compare(Replies.html(page), Replies.html("<i></i>".repeat(50_000)))))
                .contains("behavioural item removed body > b:nth-of-type(1): <b>1</b> -> nothing (50000 places)");
    }

    @Test
    void manyDifferencesAreCountedAndTheWorstAreListed() {
        String many = IntStream.range(0, 40)
                .mapToObj(i -> "\"" + "abcdefghij".charAt(i / 10) + "x".repeat(i % 10)
                        + "\":{\"a\":1,\"b\":2,\"c\":3,\"d\":4}")
                .collect(Collectors.joining(",", "{", "}"));
        Comparison comparison = Replies.compare(
                Replies.json(many.replace("}}", ",\"z\":0}}")), Replies.json(many.replaceAll(":([1-4])", ":9$1")));

        assertThat(comparison).isInstanceOfSatisfying(Comparison.Differs.class, differs -> {
            assertThat(differs.differences()).hasSize(Found.DIFFERENCES_MAX);
            assertThat(differs.differences().getFirst().kind()).isEqualTo(Difference.Kind.REMOVED);
            assertThat(differs.more()).isEqualTo(161 - Found.DIFFERENCES_MAX);
        });
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void bytesByChanceNeverThrow(long seed) {
        var random = new Random(seed);
        String alphabet = "{}[]<>/\"'=:,;&#%ae1.-\\\u00e4 \n!?DOCTYPEscript";
        List<String> types = List.of(
                "application/json",
                "text/html",
                "text/xml",
                "text/plain",
                "application/x-www-form-urlencoded",
                "image/png",
                "",
                "text/html; charset=\"",
                "multipart/x");
        for (int i = 0; i < 2_000; i++) {
            String type = types.get(random.nextInt(types.size()));
            Reply one = Replies.of(200, type, text(random, alphabet).getBytes(ISO_8859_1));
            Reply other = Replies.of(200, type, text(random, alphabet).getBytes(UTF_8));
            Comparison comparison = Replies.compare(TOLERANT, one, other);
            assertThat(comparison.toString()).doesNotContain("reason=FAILED");
            assertThat(Replies.comparer(TOLERANT)
                            .sample(Replies.NOW, "GET /", one, other)
                            .toString())
                    .doesNotContain("cannot be shown");
        }
    }

    private static String text(Random random, String alphabet) {
        return random.ints(random.nextInt(60), 0, alphabet.length())
                .mapToObj(i -> alphabet.substring(i, i + 1))
                .collect(Collectors.joining());
    }

    private static Reason reason(Reply baseline, Reply candidate) {
        Comparison comparison = Replies.compare(Replies.rules("compare: {headers: []}"), baseline, candidate);
        assertThat(comparison).isInstanceOf(Comparison.NotComparable.class);
        return ((Comparison.NotComparable) comparison).reason();
    }

    private static Reply array(String name, List<String> elements) {
        return Replies.json("{\"" + name + "\":[" + String.join(",", elements) + "]}");
    }

    private static List<String> elements(int count, IntFunction<String> element) {
        return IntStream.range(0, count).mapToObj(element).toList();
    }

    private static Reply encoded(String encoding, byte[] body) {
        return new Reply(
                200,
                List.of(Map.entry("Content-Type", "application/json"), Map.entry("Content-Encoding", encoding)),
                body,
                false);
    }

    private static byte[] gzip(byte[] body) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(body);
        }
        return out.toByteArray();
    }

    private static byte[] deflate(byte[] body, boolean bare) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var deflate = new DeflaterOutputStream(out, new Deflater(9, bare))) {
            deflate.write(body);
        }
        return out.toByteArray();
    }
}
