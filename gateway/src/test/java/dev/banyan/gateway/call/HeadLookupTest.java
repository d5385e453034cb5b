package dev.banyan.gateway.call;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.rules.Decision;
import dev.banyan.rules.RequestFacts;
import dev.banyan.rules.RoutingTable;
import dev.banyan.rules.RulesException;
import dev.banyan.rules.RulesFolder;
import dev.banyan.rules.Side;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import java.nio.charset.Charset;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class HeadLookupTest {

    private static final String RULES = """
            backends:
              - {name: legacy, url: "http://localhost:8081", baseline: true}
              - {name: orders, url: "http://localhost:8083"}
            cohorts:
              - {name: shopper, key: [{header: X-Id}, {cookie: id}], salt: shop-2026, assign: [{keys: [müller], to: candidate}]}
            routes:
              - {name: orders, matches: [{path: {value: /orders}}], candidate: orders, cohort: shopper, stage: live, weight: 1%}
              - name: towns
                matches: [{path: {value: /towns}, headers: [{name: X-Town, value: Zürich}]}]
                candidate: orders
                stage: complete
            """;

    private final RoutingTable table = table();

    private static RoutingTable table() {
        try {
            return RoutingTable.compile(RulesFolder.parse(Path.of("rules.yaml"), RULES.getBytes(UTF_8)));
        } catch (RulesException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What becomes of a request with one header, in these bytes. */
    private Decision.Routed decide(String path, String header, Charset charset) {
        var decoder = new EmbeddedChannel(new HttpRequestDecoder());
        decoder.writeInbound(Unpooled.copiedBuffer("GET / HTTP/1.1\r\n" + header + "\r\n\r\n", charset));
        HttpRequest request = decoder.readInbound();
        decoder.finishAndReleaseAll();
        var facts = new RequestFacts("shop", "GET", path, null, new HeadLookup(request.headers()), false, false, 0);
        return (Decision.Routed) table.decide(facts);
    }

    @Test
    void aKeyInUtf8HasTheBucketOfThePublishedVectors() {
        assertThat(decide("/orders", "X-Id: é€😀", UTF_8).bucket()).isEqualTo(9660);
        assertThat(decide("/orders", "Cookie: a=b; id=é€😀", UTF_8).bucket()).isEqualTo(9660);
        assertThat(decide("/orders", "X-Id: alice@example.com", UTF_8).bucket()).isEqualTo(1556);
    }

    @Test
    void anAssignedCallerIsKnownInUtf8AndInLatin1() {
        assertThat(decide("/orders", "X-Id: müller", UTF_8).side()).isEqualTo(Side.CANDIDATE);
        assertThat(decide("/orders", "X-Id: müller", ISO_8859_1).side()).isEqualTo(Side.CANDIDATE);
        assertThat(decide("/orders", "X-Id: mÃ¼ller", UTF_8).side()).isEqualTo(Side.BASELINE);
    }

    @Test
    void aMatchIsMetByItsValueInUtf8() {
        assertThat(decide("/towns", "X-Town: Zürich", UTF_8).name()).isEqualTo("towns");
        assertThat(decide("/towns", "X-Town: Zurich", UTF_8).name()).isNull();
    }
}
