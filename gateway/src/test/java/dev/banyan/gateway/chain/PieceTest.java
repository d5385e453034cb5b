package dev.banyan.gateway.chain;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

class PieceTest {

    @Test
    void onlyTheFirstWhoTakesOrDropsItHasIt() {
        var taken = Unpooled.buffer(1);
        var piece = new Piece(taken);
        assertThat(piece.take()).isSameAs(taken);
        piece.drop();
        assertThat(piece.take()).isNull();
        assertThat(taken.refCnt()).isEqualTo(1);
        taken.release();

        var dropped = Unpooled.buffer(1).retain(); // as somebody else's who still reads it
        var other = new Piece(dropped);
        other.drop();
        other.drop();
        assertThat(other.take()).isNull();
        assertThat(dropped.refCnt()).isEqualTo(1);
        dropped.release();
    }
}
