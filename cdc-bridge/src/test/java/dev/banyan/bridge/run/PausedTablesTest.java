package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.EventMapper.Paused;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.source.Source;
import dev.banyan.bridge.store.BridgeStore;
import dev.banyan.bridge.store.FaultSeal;
import dev.banyan.bridge.store.MigratedStore;
import dev.banyan.bridge.store.Position;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is paused at a start, by what the store says and what the mapping is by then. */
class PausedTablesTest {

    private static final Position POSITION = new Position("1", 1, 0, Map.of("lsn", 0L));
    private static final TableId ORDER = new TableId("public", "ord");
    private static final TableId LINE = new TableId("public", "line");
    private static final String OLD = "bigint\tid\ntext\tw";

    @TempDir
    Path folder;

    private final InstantSource clock = InstantSource.system();
    private BridgeStore store;

    @BeforeEach
    void open() throws Exception {
        var key = Files.writeString(folder.resolve("fault.key"), "thirty-two bytes of nobody's business");
        store = BridgeStore.open(
                new BridgeStore.Settings(MigratedStore.in(folder), "", "", FaultSeal.of(key)),
                "paused",
                "test",
                Duration.ofSeconds(30),
                clock);
        assertThat(store.tryLease()).isTrue();
        store.begin(POSITION, List.of(), Set.of(), null);
        store.pauses().begin(LINE, "order", List.of(ORDER, LINE), 7, "public.line.v: not there", OLD);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static Source.Table table(TableId id, String column, TableId... ofOrder) {
        return new Source.Table(
                id,
                List.of("id", column),
                List.of("id"),
                List.of(),
                Source.Fit.ANY,
                new Source.Parking("order", List.of(ofOrder)));
    }

    private PausedTables startsWith(boolean isSpooled, Source.Table... tables) {
        var source = new Source("jdbc:postgresql://h/d", "u", "u", "s", "p", true, List.of(tables));
        try (var session = store.session()) {
            return PausedTables.of(source, store.pauses(), session.faults(), isSpooled, new Progress(clock));
        }
    }

    private void parks() {
        try (var session = store.session()) {
            var change = new Change.Deleted(LINE, new Row(Map.of("id", 1L)));
            session.faults().parkPaused("order", new Transaction(9, "9", Instant.EPOCH, List.of(change)));
            session.commit(POSITION);
        }
    }

    @Test
    void aTableThatFitsAgainAndHasNothingParkedIsPausedNoLonger() {
        var paused = startsWith(false, table(ORDER, "v", ORDER, LINE), table(LINE, "w", ORDER, LINE));

        assertThat(paused.byTable()).isEmpty();
        assertThat(store.pauses().all()).isEmpty();
    }

    @Test
    void whileSomethingIsSpooledNoPauseEndsBecauseRowsOfBothShapesMayLieThere() {
        var paused = startsWith(true, table(ORDER, "v", ORDER, LINE), table(LINE, "w", ORDER, LINE));

        assertThat(paused.byTable()).containsKeys(ORDER, LINE);
        assertThat(paused.whole()).as("it fits").isEmpty();
        assertThat(store.pauses().all()).hasSize(1);
    }

    @Test
    void whatBelongedToTheAggregateWaitsWithItEvenIfTheMendedMappingHasLeftTheTableOut() {
        parks();

        var paused = startsWith(false, table(ORDER, "v", ORDER));

        assertThat(paused.byTable()).isEqualTo(Map.of(ORDER, new Paused("order", 7), LINE, new Paused("order", 7)));
    }

    @Test
    void ofTwoPausesOfOneAggregateTheFirstCounts() {
        store.pauses().begin(ORDER, "order", List.of(ORDER, LINE), 9, "public.ord.v: not there", OLD);

        var paused = startsWith(false, table(ORDER, "v", ORDER, LINE), table(LINE, "v", ORDER, LINE));

        assertThat(paused.byTable()).isEqualTo(Map.of(ORDER, new Paused("order", 7), LINE, new Paused("order", 7)));
    }

    @Test
    void ofAnAggregateWithATableThatDoesNotFitAllTablesAreReadWhole() {
        var paused = startsWith(false, table(ORDER, "v", ORDER, LINE), table(LINE, "v", ORDER, LINE));

        assertThat(paused.misfits()).isEqualTo(Set.of(LINE));
        assertThat(paused.whole())
                .as("the column that is gone may have moved to another of them")
                .isEqualTo(Set.of(ORDER, LINE));
    }

    @Test
    void aTableThatTheMendedMappingHasAddedToTheAggregateIsReadWholeToo() {
        var added = new TableId("public", "added");

        var paused = startsWith(
                false,
                table(ORDER, "v", ORDER, LINE, added),
                table(LINE, "v", ORDER, LINE, added),
                table(added, "v", ORDER, LINE, added));

        assertThat(paused.whole()).isEqualTo(Set.of(ORDER, LINE, added));
    }
}
