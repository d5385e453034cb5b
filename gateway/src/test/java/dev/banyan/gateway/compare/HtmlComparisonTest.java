package dev.banyan.gateway.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.gateway.http.Origin;
import dev.banyan.rules.Compare;
import java.net.URI;
import java.time.LocalDate;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HtmlComparisonTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            <p>a  b</p>                                   | <p> a b\t</p>
            <p>a</p>                                      | <p>a</p><!-- built 12:01 -->
            <b>$12.90</b>                                 | <b>$<!-- -->12.90</b>
            <p>Order #7</p>                               | <p>Order <!-- -->#<!-- -->7</p>
            <p>a b</p>                                    | <p>a <!-- 1 --> b</p>
            <a href="/x" title="t">a</a>                  | <a title="t" href="/x">a</a>
            <p class="b a">x</p>                          | <p class=" a  b ">x</p>
            <p class="">x</p>                             | <p>x</p>
            <P>x</P>                                      | <p>x</p>
            <p>&auml;&#228;</p>                           | <p>ää</p>
            <input checked="checked" name="a">            | <input checked name="a">
            <input type="hidden" name="_csrf" value="a1"> | <input type="hidden" name="_csrf" value="b2">
            <input name="__RequestVerificationToken" value="a"> | <input name="__RequestVerificationToken" value="b">
            <input name="authenticity_token" value="a">   | <input name="authenticity_token" value="b">
            <input name="csrfmiddlewaretoken" value="a">  | <input name="csrfmiddlewaretoken" value="b">
            <input name="javax.faces.ViewState" value="a"> | <input name="javax.faces.ViewState" value="b">
            <meta name="csrf-token" content="a">          | <meta name="csrf-token" content="b">
            <script nonce="a">f()</script>                | <script nonce="b">f()</script>
            <a href="/x;jsessionid=AB12?y=1">a</a>        | <a href="/x?y=1">a</a>
            <a href="/x?PHPSESSID=ab&y=1">a</a>           | <a href="/x?PHPSESSID=cd&y=1">a</a>
            <link href="/css/shop-0a1b2c3d4e5f.css">      | <link href="/css/shop-f5e4d3c2b1a0.css">
            <script src="/js/app.3f2a9c1b.js"></script>   | <script src="/js/app.99aabbcc.js"></script>
            <script src="/assets/index-BsD3k9xQ.js"></script> | <script src="/assets/index-C7fPq2Lm.js"></script>
            <img src="/i/logo-3f2a9c1b.png?v=1">          | <img src="/i/logo-99aabb1c.png?v=2">
            <img srcset="/i/a.3f2a9c1b.png 2x, /i/b.png">  | <img srcset="/i/a.99aabb1c.png  2x,/i/b.png">
            <script src="/js/app.js?123"></script>        | <script src="/js/app.js?456"></script>
            <script src="/js/app.js?v=12"></script>       | <script src="/js/app.js?v=13"></script>
            <script src="/js/app.js" integrity="sha384-a"></script> | <script src="/js/app.js" integrity="sha384-b"></script>
            <a href="http://old.test:8080/a">x</a>        | <a href="/a">x</a>
            <a href="http://old.test:8080/a">x</a>        | <a href="https://new.test/a">x</a>
            """)
    void whatIsAnewOnEveryPageIsNoDifference(String baseline, String candidate) {
        assertThat(compare(baseline, candidate)).isEqualTo("alike");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            <p>a</p>                         | <p>b</p>                      | behavioural value body > p:nth-of-type(1): a -> b
            <p>foo bar</p>                   | <p>foo<!-- -->bar</p>         | behavioural value body > p:nth-of-type(1): foo bar -> foobar
            <p>a</p><p>b</p>                 | <p>b</p>                      | behavioural item removed body > p:nth-of-type(1): <p>a</p> -> nothing
            <p>b</p>                         | <p>a</p><p>b</p>              | behavioural item added body > p:nth-of-type(1): nothing -> <p>a</p>
            <a href="/a">x</a>               | <a href="/b">x</a>            | behavioural value body > a:nth-of-type(1)[href]: /a -> /b
            <a href="/a">x</a>               | <a>x</a>                      | breaking removed body > a:nth-of-type(1)[href]: /a -> nothing
            <p class="a">x</p>               | <p class="a b">x</p>          | behavioural value body > p.a:nth-of-type(1)[class]: a -> a b
            <a href="/a?page=1">x</a>        | <a href="/a?page=2">x</a>     | behavioural value body > a:nth-of-type(1)[href]: /a?page=1 -> /a?page=2
            <script src="/js/homepage.js"></script> | <script src="/js/checkout.js"></script> | behavioural value head > script:nth-of-type(1)[src]: /js/homepage.js -> /js/checkout.js
            <img src="/p/photo-10000001.jpg"> | <img src="/p/photo-10000002.jpg"> | behavioural value body > img:nth-of-type(1)[src]: /p/photo-10000001.jpg -> /p/photo-10000002.jpg
            <img src="/hero-summer2024.jpg"> | <img src="/hero-winter2024.jpg"> | behavioural value body > img:nth-of-type(1)[src]: /hero-summer2024.jpg -> /hero-winter2024.jpg
            <img src="/hero-SummerSale.jpg"> | <img src="/hero-WinterSale.jpg"> | behavioural value body > img:nth-of-type(1)[src]: /hero-SummerSale.jpg -> /hero-WinterSale.jpg
            <img src="/render.png?123"> | <img src="/render.png?456"> | behavioural value body > img:nth-of-type(1)[src]: /render.png?123 -> /render.png?456
            <a href="/report-20240101.json">x</a> | <a href="/report-20240102.json">x</a> | behavioural value body > a:nth-of-type(1)[href]: /report-20240101.json -> /report-20240102.json
            <a href="https://a.example/x">x</a> | <a href="https://b.example/x">x</a> | behavioural value body > a:nth-of-type(1)[href]: https://a.example/x -> https://b.example/x
            <input name="a">                 | <input name="a" disabled>     | behavioural item added body > input:nth-of-type(1)[disabled]: nothing ->
            <input name="a"><input name="b"> | <input name="a">              | breaking removed body > input:nth-of-type(2): <input name="b"></input> -> nothing
            <input name="_csrf" value="a">   | <p></p>                       | breaking removed body > input:nth-of-type(1): (redacted) -> nothing
            """)
    void whatSaysSomethingElseIsADifference(String baseline, String candidate, String expected) {
        assertThat(compare(baseline, candidate)).startsWith(expected);
    }

    @Test
    void oneRowMoreIsOneDifference() {
        String rows = "<tr><td>1</td><td>a</td></tr><tr><td>2</td><td>b</td></tr><tr><td>3</td><td>c</td></tr>";
        String page = "<table><tbody>%s</tbody></table>";
        String more = rows.replace("<tr><td>2", "<tr><td>9</td><td>z</td></tr><tr><td>2");

        assertThat(compare(page.formatted(rows), page.formatted(more)))
                .isEqualTo(
                        "behavioural item added body > table:nth-of-type(1) > tbody:nth-of-type(1) > tr:nth-of-type(2):"
                                + " nothing -> <tr><td>9</td><td>z</td></tr>");
    }

    @Test
    void likeDifferencesAreOneWithItsPlaces() {
        String list =
                "<ul><li class=\"p\"><b>1</b>x</li><li class=\"p\"><b>2</b>x</li><li class=\"p\"><b>3</b>x</li></ul>";

        assertThat(compare(list, list.replaceAll("<b>(.)</b>", "<b>$1.00</b>")))
                .isEqualTo("behavioural value body > ul:nth-of-type(1) > li.p:nth-of-type(1) > b:nth-of-type(1):"
                        + " 1 -> 1.00 (3 places)");
    }

    private static String compare(String baseline, String candidate) {
        var origins = new Origins(
                Set.of(Origin.of(URI.create("http://old.test:8080")), Origin.of(URI.create("https://new.test"))));
        return Replies.text(new Comparer(Compare.UNSET, origins, LocalDate.EPOCH)
                .compare(Replies.html(baseline), Replies.html(candidate), Replies.NOW));
    }
}
