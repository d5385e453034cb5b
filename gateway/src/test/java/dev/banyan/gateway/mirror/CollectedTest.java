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
}
