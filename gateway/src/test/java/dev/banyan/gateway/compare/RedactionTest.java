package dev.banyan.gateway.compare;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.rules.Compare;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** No secret in anything that is kept: {@code S3CRET} stands for one everywhere. */
class RedactionTest {

    private static final Compare RULES = Replies.rules("""
            compare:
              headers: [content-type, set-cookie, authorization, x-tax]
              json: {arrays: [{path: $.users, keyedBy: email}]}
              redact: ["$.users[*].email", "$.customer.email", "$.cards[*].number", "$.byId[*].pin", taxNumber, X-Tax]
            """);

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            application/json | {"password":"S3CRET%d"}
            application/json | {"a":{"b":[{"accessToken":"S3CRET%d"}]}}
            application/json | {"customer":{"email":"S3CRET%d"}}
            application/json | {"cards":[{"number":"S3CRET%d"}]}
            application/json | {"byId":{"1001":{"pin":"S3CRET%d"}}}
            application/json | {"tax_number":{"de":["S3CRET%d"]}}
            application/json | {"token":[1,2,{"x":"S3CRET%d"}]}
            application/json | {"note":"use Bearer S3CRETabcdef%d please"}
            application/json | {"note":"eyJS3CRETaaaaaaaaaa.S3CRET.%d"}
            application/json | {"password":"S3CRET%d", broken
            application/json | {"x":"a=1&token=S3CRET%d&b"}
            application/xml  | <a><password>S3CRET%d</password></a>
            application/xml  | <a xmlns:x="urn:x"><x:b x:token="S3CRET%d"/></a>
            application/xml  | <a><secret><b>S3CRET%d</b></secret></a>
            text/html        | <input name="password" value="S3CRET%d">
            text/html        | <input name="user[password]" value="S3CRET%d">
            text/html        | <input name="user[password][]" value="S3CRET%d">
            text/html        | <a href="/next?user%5Bpassword%5D=S3CRET%d&a=1">x</a>
            text/html        | <a href="/next?user[cardNumber][1]=S3CRET%d">x</a>
            text/plain       | password=a,S3CRET%d;S3CRET and more
            text/plain       | {"password": "a S3CRET%d"}
            text/plain       | {"a": "{\\"password\\": \\"a S3CRET%d\\"}"}
            text/plain       | note: password='a\\' S3CRET%d'
            application/json | {"customer":{"email":"S3CRET%d"}, broken
            application/json | {"customer":{"email":"S3CRET%d"}} behind
            application/json | {"customer":{"email":"S3CRET%d"
            text/plain       | {"customer":{"email":"S3CRET%d"}}
            text/html        | {"customer":{"email":"S3CRET%d"}}
            application/xml  | {"customer":{"email":"S3CRET%d"}}
            text/javascript  | show({"customer":{"email":"S3CRET%d"}})
            application/x-www-form-urlencoded | a=%7B"customer":%7B"email":"S3CRET%d"%7D%7D
            application/json | {"users":[{"email":"S3CRET%d","a":1}]}
            application/x-www-form-urlencoded | order.cardNumber=S3CRET%d
            text/html        | <textarea name="api_key">S3CRET%d</textarea>
            text/html        | <input type="hidden" name="_csrf" value="S3CRET%d">
            text/html        | <script>var token = "S3CRET%d";</script>
            text/html        | <meta name="csrf-token" content="S3CRET%d">
            text/plain       | password: S3CRET%d
            text/plain       | {"password": "S3CRET%d"}
            application/x-www-form-urlencoded | a=%d&client_secret=S3CRET%d
            """)
    void secretsInBodiesAreComparedAndNeverKept(String type, String body) {
        Reply baseline = reply(type, body.replace("%d", "1"));
        Reply candidate = reply(type, body.replace("%d", "2"));
        // The other side lacks it altogether: the value that is gone must not be shown either.
        Reply without = reply(type, "");

        for (Reply other : List.of(
                candidate, without, reply(type, body.replace("S3CRET", "OTHER").replace("%d", "3")))) {
            assertThat(kept(baseline, other)).doesNotContain("S3CRET");
            assertThat(kept(other, baseline)).doesNotContain("S3CRET");
        }
    }

    @Test
    void aPathHidesTheSameOfThreeNamesAsOfTwoHundred() {
        for (int names : List.of(3, 50, 51)) {
            Reply baseline = users(names, "S3CRET1");
            // On the border one side has as many keys as an object, the other as many as a map.
            for (Reply candidate : List.of(users(names, "S3CRET2"), users(names - 1, "S3CRET1"), Replies.json("{}"))) {
                assertThat(kept(baseline, candidate)).doesNotContain("S3CRET").contains("Kiel", "(redacted)");
                assertThat(kept(candidate, baseline)).doesNotContain("S3CRET");
            }
        }
    }

    private static Reply users(int names, String email) {
        return Replies.json(IntStream.range(0, names)
                .mapToObj(i -> "\"" + (char) ('a' + i / 26) + (char) ('a' + i % 26) + "\":{\"email\":\"" + email
                        + "\",\"city\":\"Kiel\"}")
                .collect(Collectors.joining(",", "{\"users\":{", "}}")));
    }

    @Test
    void partsThatAreGoneAreShownWithoutTheSecretsInThem() {
        Reply baseline = Replies.json("""
                {"a": {"list": [{"id": 1, "password": "S3CRET"}], "name": "Ann"}, "customer": {"email": "S3CRET", "city": "Kiel"}}
                """);

        String kept = kept(baseline, Replies.json("{}"));

        assertThat(kept).doesNotContain("S3CRET").contains("Ann", "Kiel", "(redacted)");
    }

    @Test
    void headersAndRequestsAreKeptWithoutSecrets() {
        Reply baseline = headed("S3CRET1");
        Reply candidate = headed("S3CRET2");

        assertThat(kept(baseline, candidate))
                .doesNotContain("S3CRET")
                .contains("authorization: (redacted)", "x-debug: password=(redacted)");
        assertThat(Replies.comparer(RULES)
                        .sample(Replies.NOW, "GET /a?token=S3CRET&taxNumber=S3CRET&page=2", baseline, candidate)
                        .request())
                .isEqualTo("GET /a?token=(redacted)&taxNumber=(redacted)&page=2");
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', textBlock = """
            user%5Bpassword%5D=S3CRET&a=1, user%5Bpassword%5D=(redacted)&a=1
            user[password]=S3CRET&a=1, user[password]=(redacted)&a=1
            user%5bpassword%5d[]=S3CRET, user%5bpassword%5d[]=(redacted)
            filter%5BtaxNumber%5D=S3CRET;S3CRET'S3CRET, filter%5BtaxNumber%5D=(redacted)
            password=, password=
            page%5Bsize%5D=20, page%5Bsize%5D=20
            """)
    void aParameterIsHiddenHoweverItsNameIsWritten(String query, String expected) {
        assertThat(Replies.comparer(RULES)
                        .sample(Replies.NOW, "GET /a?" + query, headed("a"), headed("b"))
                        .request())
                .isEqualTo("GET /a?" + expected);
    }

    @Test
    void aCookieWithoutANameIsNotShown() {
        Reply baseline = Replies.headed("Set-Cookie", "S3CRET1; Path=/");
        assertThat(kept(baseline, Replies.headed("Set-Cookie", "S3CRET2; Path=/a")))
                .doesNotContain("S3CRET")
                .contains("set-cookie");
        assertThat(kept(baseline, Replies.headed("X-A", "b"))).doesNotContain("S3CRET");
    }

    @Test
    void whatIsRedactedIsStillADifference() {
        assertThat(Replies.compare(RULES, Replies.json("{\"password\":\"a\"}"), Replies.json("{\"password\":\"b\"}")))
                .isInstanceOf(Comparison.Differs.class);
    }

    @Test
    void aLongTextWithManySecretsTakesLinearTime() {
        String text = "token ".repeat(20_000) + "=".repeat(20_000) + "a_".repeat(20_000) + "eyJ" + "a.".repeat(20_000);
        var redaction = new Redaction(List.of());

        assertThat(redaction.withoutSecrets(text, Integer.MAX_VALUE)).hasSizeLessThanOrEqualTo(text.length() + 100);
    }

    private static Reply headed(String secret) {
        return new Reply(
                200,
                List.of(
                        Map.entry("Content-Type", "text/plain"),
                        Map.entry("Set-Cookie", "JSESSIONID=" + secret + "; Path=/x"),
                        Map.entry("Authorization", "Bearer " + secret),
                        Map.entry("X-Tax", secret),
                        Map.entry("X-Debug", "password=" + secret)),
                "x".getBytes(UTF_8),
                false);
    }

    /* Everything that leaves a comparison: the differences, the sample, the report and what the map of it prints. */
    private static String kept(Reply baseline, Reply candidate) {
        Comparer comparer = Replies.comparer(RULES);
        Comparison comparison = comparer.compare(baseline, candidate, Replies.NOW);
        Sample sample = comparer.sample(Replies.NOW, "GET /", baseline, candidate);
        var evidence = new Evidence();
        evidence.of("r").add(comparison, () -> sample);
        RouteEvidence snapshot = evidence.snapshot("r");
        var all = new ArrayList<String>();
        all.add(comparison.toString());
        all.add(sample.toString());
        all.add(snapshot.toString());
        all.add(DiffReport.text(snapshot, RULES, 100));
        return String.join("\n", all);
    }

    private static Reply reply(String type, String body) {
        return Replies.of(200, type, body);
    }
}
