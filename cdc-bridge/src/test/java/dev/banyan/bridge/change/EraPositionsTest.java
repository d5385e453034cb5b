package dev.banyan.bridge.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.hub.HubPosition;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A position says its era and its place; in era 0 it is the place. */
class EraPositionsTest {

    private static final long LAST_PLACE = (1L << 56) - 1;

    @Test
    void aLaterErasPositionsAreHigherWhateverTheirPlaces() {
        assertThat(Era.position(0, 0x352c578)).isEqualTo(0x352c578);
        assertThat(Era.position(1, 0)).isGreaterThan(Era.position(0, LAST_PLACE));
        assertThat(Era.position(Era.LAST, 0)).isGreaterThan(Era.position(Era.LAST - 1, LAST_PLACE));
        assertThat(Era.of(Era.position(Era.LAST, LAST_PLACE))).isEqualTo(Era.LAST);
        assertThat(Era.place(Era.position(Era.LAST, LAST_PLACE))).isEqualTo(LAST_PLACE);
        assertThatThrownBy(() -> Era.position(0, LAST_PLACE + 1)).hasMessageContaining("2 to the power of 56");
        assertThatThrownBy(() -> Era.position(0, -1)).hasMessageContaining("18446744073709551615");
    }

    @Test
    void peopleSeeThePlaceAndIdsTheEra() {
        var position = Era.position(3, 0x1_0352_c578L);
        assertThat(Dbms.POSTGRESQL.place(position)).isEqualTo("1/352C578");
        assertThat(Dbms.MARIADB.place(Era.position(3, 17))).isEqualTo("GTID sequence 17");
        assertThat(new Transaction(position, "7", Instant.EPOCH, List.of()).identity())
                .isEqualTo("30000010352c578")
                .isNotEqualTo(new Transaction(Era.place(position), "7", Instant.EPOCH, List.of()).identity());
    }

    @Test
    void whatATimelineHasOfTheOneBeforeIsOfTheSameEra() {
        var reach = new HubPosition("store", "server", 1, Era.position(2, 500));
        assertThat(reach.on(2, Map.of(1, 300L)).commitLsn()).isEqualTo(Era.position(2, 300));
        assertThat(reach.on(2, Map.of(1, 700L)).commitLsn()).isEqualTo(Era.position(2, 500));
    }
}
