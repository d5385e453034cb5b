package dev.banyan.cli.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class FoldedTest {

    private static final JsonMapper JSON = JsonMapper.shared();

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"a":1}                       | {"a":1,"b":2}                    | ''
            {"a":1}                       | {"a":1.0}                        | ''
            {"a":null}                    | {}                               | ''
            {"t":"2020-01-01T10:00:00Z"}  | {"t":"2020-01-01T10:00:00.000Z"} | ''
            {"a":{"b":"x"}}               | {"a":{"b":"y"}}                  | .a.b: expected "x", found "y"
            {"a":[1,2]}                   | {"a":[1]}                        | .a: expected [1,2], found [1]
            {"a":[{"b":1}]}               | {"a":[{"b":2}]}                  | .a[0].b: expected 1, found 2
            """)
    void theFirstDifferenceIsNamed(String expected, String found, String difference) {
        assertThat(Folded.difference("", JSON.readTree(expected), JSON.readTree(found)))
                .isEqualTo(difference);
    }

    @Test
    void anAggregateWithoutEventIsLostAndOneWithoutRowsMustSayThatItIsGone() {
        var rows = Map.of("product/1", (ObjectNode) JSON.readTree("{\"sku\":\"1\"}"));
        var comparison = Folded.compare(
                rows, Map.of("product/2", "{\"sku\":\"2\"}", "product/3", "{\"sku\":\"3\",\"deleted\":true}"));
        assertThat(comparison.compared()).isOne();
        assertThat(comparison.lost()).isEqualTo(2);
        assertThat(comparison.examples()).anyMatch(text -> text.startsWith("product/1: no event"));
    }
}
