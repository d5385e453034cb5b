package dev.banyan.gateway.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.gateway.backend.Limit;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CollectedTest {

    private static void add(Collected body, int bytes) {
        body.add(Unpooled.wrappedBuffer(new byte[bytes]));
    }

    @Test
    void manyBodiesThatComeAtOnceHoldNoMoreThanTheirMemory() {
        var memory = new Limit(100_000);
        List<Collected> bodies = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            bodies.add(Collected.within(64_000, memory));
        }
        for (int round = 0; round < 20; round++) {
            for (Collected each : bodies) {
                add(each, 1_000);
                assertThat(memory.taken()).isLessThanOrEqualTo(100_000);
            }
        }
        List<Collected> kept = bodies.stream().filter(each -> !each.hadNoRoom()).toList();
        assertThat(kept).hasSizeBetween(1, 5);
        assertThat(kept).allMatch(each -> each.toBytes().length == 20_000);
        assertThat(bodies).noneMatch(Collected::isTooLong);
        bodies.forEach(Collected::giveBack);
        assertThat(memory.taken()).isZero();
    }

    @Test
    void whatIsTooLongIsGivenBackAtOnceAndOnlyOnce() {
        var memory = new Limit(100_000);
        var body = Collected.within(10_000, memory);
        add(body, 9_000);
        assertThat(memory.taken()).isEqualTo(9_000);
        add(body, 2_000);
        assertThat(body.isTooLong()).isTrue();
        assertThat(memory.taken()).isZero();
        add(body, 1);
        body.giveBack();
        assertThat(memory.taken()).isZero();
    }

    /** What is asked again is held against a reply of which nothing is kept either, because it was equal to the first. */
    @Test
    void aBodyIsHeldAgainstOneThatIsItselfLikeAnother() {
        var first = new Collected(1_000, null);
        first.add(Unpooled.wrappedBuffer(new byte[] {1, 2, 3, 4}));
        var second = new Collected(1_000, first);
        second.add(Unpooled.wrappedBuffer(new byte[] {1, 2, 3, 4}));
        var third = new Collected(1_000, second);
        third.add(Unpooled.wrappedBuffer(new byte[] {1, 2}));
        assertThat(third.toBytes()).containsExactly(1, 2);
        third.add(Unpooled.wrappedBuffer(new byte[] {3, 4}));
        assertThat(third.isEqualTo(second)).isTrue();
        assertThat(third.isEqualTo(first)).isTrue();
        var other = new Collected(1_000, second);
        other.add(Unpooled.wrappedBuffer(new byte[] {1, 2, 3}));
        other.add(Unpooled.wrappedBuffer(new byte[] {5}));
        assertThat(other.isEqualTo(second)).isFalse();
        assertThat(other.toBytes()).containsExactly(1, 2, 3, 5);
    }
}
