package dev.banyan.gateway.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AlignTest {

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void everyElementIsInOnePairAndAsManyAreEqualAsCanBe(long seed) {
        var random = new Random(seed);
        for (int run = 0; run < 3_000; run++) {
            int[] left = random.ints(random.nextInt(12), 0, 4).toArray();
            int[] right = random.ints(random.nextInt(12), 0, 4).toArray();

            Align ordered = Align.inOrder(left, right, (i, j) -> (left[i] + right[j]) % 2);
            Align any = Align.anyOrder(left, right, (i, j) -> (left[i] + right[j]) % 2);

            assertWhole(ordered, left, right);
            assertWhole(any, left, right);
            assertThat(equal(ordered)).isEqualTo(longestCommonSubsequence(left, right));
            assertThat(equal(any)).isEqualTo(common(left, right));
            int last = -1;
            for (Align.Pair pair : ordered.pairs()) {
                if (pair.candidate() >= 0) {
                    assertThat(pair.candidate()).isGreaterThan(last);
                    last = pair.candidate();
                }
            }
        }
    }

    private static void assertWhole(Align align, int[] left, int[] right) {
        assertThat(align.pairs().stream().map(Align.Pair::baseline).filter(i -> i >= 0))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, left.length).boxed().toList());
        assertThat(align.pairs().stream().map(Align.Pair::candidate).filter(j -> j >= 0))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, right.length).boxed().toList());
        assertThat(align.pairs()).allSatisfy(pair -> assertThat(pair.equal())
                .isEqualTo(pair.baseline() >= 0
                        && pair.candidate() >= 0
                        && left[pair.baseline()] == right[pair.candidate()]));
    }

    private static long equal(Align align) {
        return align.pairs().stream().filter(Align.Pair::equal).count();
    }

    private static long longestCommonSubsequence(int[] left, int[] right) {
        int[][] longest = new int[left.length + 1][right.length + 1];
        for (int i = 1; i <= left.length; i++) {
            for (int j = 1; j <= right.length; j++) {
                longest[i][j] = left[i - 1] == right[j - 1]
                        ? longest[i - 1][j - 1] + 1
                        : Math.max(longest[i - 1][j], longest[i][j - 1]);
            }
        }
        return longest[left.length][right.length];
    }

    private static long common(int[] left, int[] right) {
        return IntStream.range(0, 4)
                .mapToLong(value -> Math.min(
                        IntStream.of(left).filter(each -> each == value).count(),
                        IntStream.of(right).filter(each -> each == value).count()))
                .sum();
    }
}
