package dev.banyan.gateway.backend;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose turn it is among the addresses of a name. */
class BackendAddressesTest {

    /** A busy name has had two billion connections after some days. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, Integer.MAX_VALUE - 2, Integer.MAX_VALUE - 1, Integer.MAX_VALUE, Integer.MIN_VALUE, -1})
    void howeverOftenANameWasAskedForEachConnectionHasAddressesToTryAndNoneTwice(int turn) {
        for (int count = 1; count <= 2 * BackendAddresses.TRIED_MAX; count++) {
            List<Integer> all = IntStream.range(0, count).boxed().toList();
            List<Integer> now = BackendAddresses.inTurn(all, turn);
            assertThat(now)
                    .hasSize(Math.min(count, BackendAddresses.TRIED_MAX))
                    .doesNotHaveDuplicates()
                    .isSubsetOf(all);
            if (count > 1 && turn != Integer.MAX_VALUE) { // where the numbers end, the same may come first twice
                assertThat(BackendAddresses.inTurn(all, turn + 1).getFirst()).isNotEqualTo(now.getFirst());
            }
        }
    }
}
