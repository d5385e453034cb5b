package dev.banyan.gateway.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.gateway.http.Origin;
import java.net.URI;
import java.time.LocalDate;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeadersTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            content-type     | text/html;charset=UTF-8            | text/html; charset=utf-8        | alike
            content-type     | application/json                   | application/json;charset=UTF-8  | alike
            content-type     | text/plain;charset=UTF-8           | text/plain;charset=ISO-8859-1   | behavioural value content-type: text/plain;charset=UTF-8 -> text/plain;charset=ISO-8859-1
            content-type     | text/plain                         | text/csv                        | breaking type content-type: text/plain -> text/csv
            cache-control    | private, max-age=60                | max-age=60,private              | alike
            cache-control    | max-age=60                         | max-age=600                     | behavioural value cache-control: max-age=60 -> max-age=600
            location         | http://old.test/login              | http://new.test/login           | alike
            location         | /login;jsessionid=A1               | http://new.test/login           | alike
            location         | /login                             | /signin                         | behavioural value location: /login -> /signin
            location         | /login                             | -                               | breaking removed location: /login -> nothing
            link             | <http://old.test/b>; rel=next      | </b>; rel=next                  | alike
            link             | </b>; rel=next                     | </b>; rel=prev                  | behavioural value link: </b>; rel=next -> </b>; rel=prev
            x-total          | -                                  | 7                               | compatible added x-total: nothing -> 7
            etag             | "a"                                | "b"                             | alike
            etag             | "a"                                | -                               | breaking removed etag: "a" -> nothing
            date             | Mon                                | Tue                             | alike
            content-length   | 1                                  | 2                               | alike
            connection       | close                              | -                               | alike
            www-authenticate | Digest realm="a", nonce="1"        | Digest realm="a", nonce="2"     | alike
            www-authenticate | Basic realm="a"                    | Bearer                          | behavioural value www-authenticate: Basic realm="a" -> Bearer
            set-cookie       | id=secret1; Path=/; HttpOnly       | id=secret2; httponly; path=/    | alike
            set-cookie       | id=a; Path=/; HttpOnly             | id=a; Path=/                    | behavioural value set-cookie id: httponly; path=/ -> path=/
            refresh          | 5; url=http://old.test/x           | 5;URL='http://new.test/x'       | alike
            refresh          | 5; url=http://old.test/x           | 5; url=/y                       | behavioural value refresh: 5; url=http://old.test/x -> 5; url=/y
            refresh          | 0; http://old.test/x               | 0, URL = "http://new.test/x"    | alike
            refresh          | 0; http://old.test/x               | 0; http://else.test/x           | behavioural value refresh: 0; http://old.test/x -> 0; http://else.test/x
            refresh          | 5; url=/x                          | 6; url=/x                       | behavioural value refresh: 5; url=/x -> 6; url=/x
            set-cookie       | id=a; Domain=old.test              | id=a; Domain=.new.test          | alike
            set-cookie       | id=a; Domain=old.test              | id=a                            | alike
            set-cookie       | id=a                               | id=a; Domain=shop.test          | behavioural value set-cookie id:  -> domain=shop.test
            set-cookie       | id=secret1; Path=/                 | -                               | breaking removed set-cookie id: path=/ -> nothing
            set-cookie       | -                                  | sid=secret1; Secure             | compatible added set-cookie sid: nothing -> secure
            set-cookie       | id=a; Expires=Wed, 25 Nov 2026     | id=a; Expires=Thu, 26 Nov 2026  | alike
            set-cookie       | id=a                               | id=; Expires=Tue, 12 Oct 1999 00:00:00 GMT | behavioural value set-cookie id:  -> removed
            set-cookie       | id=a; Max-Age=60                   | id=; Max-Age=0                  | behavioural value set-cookie id: kept -> removed
            set-cookie       | id=a; Max-Age=60                   | id=b; Max-Age=31536000          | behavioural value set-cookie id: max-age=60 -> max-age=31536000
            set-cookie       | id=a; Max-Age=3600                 | id=b; max-age=3599              | alike
            set-cookie       | id=a; Max-Age=3600                 | id=b; Max-Age=3594              | behavioural value set-cookie id: max-age=3600 -> max-age=3594
            set-cookie       | id=a; Max-Age=60                   | id=b; Expires=Thu, 26 Nov 2099 00:00:00 GMT | alike
            set-cookie       | id=a; Max-Age=60; Expires=Thu, 26 Nov 2099 00:00:00 GMT | id=b; Max-Age=60 | alike
            set-cookie       | id=a; Secure; Max-Age=60           | id=a; Secure                    | behavioural value set-cookie id: kept; secure -> secure
            x-api-key        | secret1                            | secret2                         | behavioural value x-api-key: (redacted) -> (redacted)
            """)
    void headersAreComparedAsTheyAreMeant(String name, String baseline, String candidate, String expected) {
        var rules = Replies.rules("compare: {headers: [" + name + "]}");
        var origins =
                new Origins(Set.of(Origin.of(URI.create("http://old.test")), Origin.of(URI.create("http://new.test"))));
        var comparer = new Comparer(rules, origins, LocalDate.EPOCH);

        Comparison comparison = comparer.compare(headed(name, baseline), headed(name, candidate), Replies.NOW);

        assertThat(Replies.text(comparison)).isEqualTo(expected);
    }

    private static Reply headed(String name, @org.jspecify.annotations.Nullable String value) {
        return value == null ? Replies.headed() : Replies.headed(name, value);
    }

    @Test
    void severalCookiesAreComparedByName() {
        var rules = Replies.rules("compare: {headers: [set-cookie]}");
        Reply baseline = Replies.headed("Set-Cookie", "a=1", "Set-Cookie", "b=2; Secure");
        Reply candidate = Replies.headed("Set-Cookie", "b=3; Secure", "Set-Cookie", "a=4");

        assertThat(Replies.text(Replies.compare(rules, baseline, candidate))).isEqualTo("alike");
    }
}
