package dev.banyan.gateway.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.rules.Compare;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Arrays in any order whose elements only rules make equal. */
class JsonMatchingTest {

    private static final Compare ADDED =
            Replies.rules("compare: {json: {arrays: [{path: $.items, order: any}], additions: allow}}");
    private static final Compare NEAR = Replies.rules("""
            compare: {json: {arrays: [{path: $.items, order: any}], tolerance: [{path: "$.items[*].price", abs: 0.1}, {path: "$.items[*]", abs: 0.1}]}}
            """);
    private static final Compare TIMES = Replies.rules("""
            compare: {json: {arrays: [{path: $.items, order: any}], timestamps: [{path: "$.items[*].at", within: 2s}], nullEqualsAbsent: true}}
            """);

    @ParameterizedTest
    @ValueSource(ints = {50, 60, 5_000})
    void equalElementsFindEachOtherHoweverManyThereAre(int count) {
        assertThat(compare(
                        ADDED,
                        items(count, i -> "{\"id\":%d,\"tags\":[1]}".formatted(i)),
                        shuffled(count, i -> "{\"id\":%d,\"tags\":[1],\"new\":%d}".formatted(i, i))))
                .isEqualTo("alike");
        assertThat(compare(
                        NEAR,
                        items(count, i -> "{\"id\":%d,\"price\":%d.0}".formatted(i, i % 7)),
                        shuffled(count, i -> "{\"id\":%d,\"price\":%d.05}".formatted(i, i % 7))))
                .isEqualTo("alike");
        assertThat(compare(
                        TIMES,
                        items(count, i -> "{\"id\":%d,\"at\":1795608000,\"note\":null}".formatted(i)),
                        shuffled(count, i -> "{\"id\":%d,\"at\":1795608001}".formatted(i))))
                .isEqualTo("alike");
    }

    @Test
    void oneThatDiffersAmongManyIsTold() {
        assertThat(compare(
                        ADDED,
                        items(60, i -> "{\"id\":%d,\"name\":{\"a\":1}}".formatted(i)),
                        shuffled(60, i -> "{\"id\":%d,\"name\":{\"a\":%d},\"new\":1}".formatted(i, i == 7 ? 2 : 1))))
                .isEqualTo("behavioural value $.items[7].name.a: 1 -> 2");
    }

    /* Nothing of them can be told apart before each is held against each. */
    @Test
    void whatCannotBeHeldAgainstEachOtherIsNotCalledDifferent() {
        int many = JsonMatching.MATCHED_MAX + 1;
        IntFunction<String> before = i -> i + ".0";
        IntFunction<String> after = i -> i + ".05";

        assertThat(compare(NEAR, items(many - 1, before), shuffled(many - 1, after)))
                .isEqualTo("alike");
        assertThat(compare(NEAR, items(many, before), shuffled(many, after)))
                .startsWith("not comparable: json: too many elements in any order");
        // All but one are of one class.
        assertThat(compare(NEAR, items(many, before), shuffled(many, i -> i == 7 ? after.apply(i) : before.apply(i))))
                .isEqualTo("alike");
        assertThat(compare(NEAR, items(many, before), shuffled(many - 1, after)))
                .startsWith("behavioural");
        assertThat(Replies.text(Replies.compare(
                        NEAR,
                        Replies.json("{\"a\":1,\"items\":" + items(many, before) + "}"),
                        Replies.json("{\"a\":2,\"items\":" + shuffled(many, after) + "}"))))
                .startsWith("behavioural value $.a: 1 -> 2\nnote: bodies not compared: json: too many");
    }

    private static String compare(Compare rules, List<String> baseline, List<String> candidate) {
        return Replies.text(Replies.compare(
                rules, Replies.json("{\"items\":" + baseline + "}"), Replies.json("{\"items\":" + candidate + "}")));
    }

    private static List<String> items(int count, IntFunction<String> item) {
        return IntStream.range(0, count).mapToObj(item).toList();
    }

    private static List<String> shuffled(int count, IntFunction<String> item) {
        var items = new ArrayList<>(items(count, item));
        Collections.shuffle(items, new Random(count));
        return items;
    }
}
