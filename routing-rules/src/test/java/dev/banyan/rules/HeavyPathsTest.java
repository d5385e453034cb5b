package dev.banyan.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HeavyPathsTest {

    @Test
    void fewPathsAreCountedExactly() {
        var paths = new HeavyPaths(10);
        for (int i = 0; i < 1000; i++) {
            paths.add("/" + i % 20, 0.5);
        }
        assertThat(paths.lost()).isZero();
        assertThat(paths.top(30)).hasSize(20).allSatisfy((_, weight) -> assertThat(weight)
                .isEqualTo(25));
    }

    @Test
    void theHeavyOnesStayAmongAnyNumberAndTheErrorIsBounded() {
        var random = new Random(7);
        var paths = new HeavyPaths(50);
        Map<String, Double> exact = new HashMap<>();
        for (int i = 0; i < 100_000; i++) {
            var path = random.nextInt(10) == 0 ? "/often/" + random.nextInt(5) : "/once/" + i;
            exact.merge(path, 1.0, Double::sum);
            paths.add(path, 1);
        }
        assertThat(paths.top(5).keySet())
                .allMatch(path -> path.startsWith("/often/"))
                .hasSize(5);
        paths.top(1000)
                .forEach((path, weight) ->
                        assertThat(exact.getOrDefault(path, 0.0)).as(path).isBetween(weight, weight + paths.lost()));
        assertThat(paths.top(1000)).hasSizeLessThanOrEqualTo(100);
    }
}
