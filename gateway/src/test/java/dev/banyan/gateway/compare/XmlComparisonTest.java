package dev.banyan.gateway.compare;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class XmlComparisonTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            `<a>\n  <b>x</b>\n</a>`           | `<a><b>x</b></a>`               | alike
            `<a>\n</a>`                       | `<a/>`                          | alike
            `<a>x<!-- 1 -->y</a>`             | `<a>xy</a>`                     | alike
            `<a><![CDATA[x]]>y</a>`           | `<a>xy</a>`                     | alike
            `<a> x</a>`                       | `<a>x</a>`                      | `behavioural value /a:  x -> x`
            `<a><![CDATA[x ]]></a>`           | `<a>x</a>`                      | `behavioural value /a: x  -> x`
            `<a>x <b/>y</a>`                  | `<a>x<b/>y</a>`                 | `behavioural value /a: x  -> x`
            `<a>x<at>1</at>y</a>`             | `<a>xy</a>`                     | alike by an ignore rule
            `<a>\n <at>1</at>\n</a>`          | `<a/>`                          | alike by an ignore rule
            `<a><at><b n="1"/>x</at></a>`     | `<a><at><b n="1"/>x</at></a> `  | alike
            """)
    void textIsComparedAsReadersGetIt(String baseline, String candidate, String expected) {
        var rules = Replies.rules("compare: {xml: {ignore: [{path: /a/at, reason: clock}]}}");

        assertThat(Replies.text(Replies.compare(rules, xml(baseline), xml(candidate))))
                .isEqualTo(expected);
    }

    private static Reply xml(String body) {
        return Replies.of(200, "application/xml", body);
    }

    /** Each element's text was made at every level above it. */
    @ParameterizedTest
    @ValueSource(strings = {"/none", "/a/a"})
    void deepXmlTakesMemoryInProportionToItsSize(String ignored) throws Exception {
        byte[] body = xmlOf(90, 5_000).getBytes(UTF_8);
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        XmlTree.parse(body, new XmlTree.Ignored(Set.of(ignored))); // loads what is loaded once
        long before = threads.getCurrentThreadAllocatedBytes();

        XmlTree.parse(body, new XmlTree.Ignored(Set.of(ignored)));

        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(20L << 20);
    }

    private static String xmlOf(int depth, int elements) {
        return "<a>".repeat(depth) + "<b/>".repeat(elements) + "</a>".repeat(depth);
    }
}
