package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.change.Arrival;
import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.spool.DiskSpool;
import dev.banyan.bridge.spool.Spool;
import dev.banyan.bridge.store.FaultSeal;
import dev.banyan.bridge.store.Position;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IntakeTest {

    @TempDir
    Path folder;

    private static List<Arrival> quiet(long lsn) {
        return List.of(Arrival.quiet(lsn, Map.of("lsn", lsn), null));
    }

    private static Arrival transaction(long lsn, int rows) {
        Change row = new Change.Inserted(new TableId("public", "a"), new Row(Map.of("id", lsn)));
        var transaction = new Transaction(lsn, "tx" + lsn, Instant.EPOCH, Collections.nCopies(rows, row));
        return Arrival.of(transaction, Map.of("lsn", lsn), null);
    }

    /** What becomes one transaction of the hub ({@code limits.hubTransactionRows}): at once what is there, and never a part of a transaction. */
    @Test
    void whatIsTakenAtOnceIsWholeTransactionsUntilTheyHaveEnoughRows() {
        var intake = new Intake(null, null, () -> new Position("system", 1, 0, Map.of()));
        intake.give(List.of(transaction(1, 3), transaction(2, 1), transaction(3, 7), transaction(4, 20)));
        intake.give(quiet(5));

        var taken = Stream.generate(
                        () -> intake.take(5).stream().map(Arrival::lsn).toList())
                .takeWhile(lsns -> !lsns.isEmpty());

        assertThat(taken).containsExactly(List.of(1L, 2L, 3L), List.of(4L), List.of(5L));
    }

    /** The store has forgotten the spool, and its answer is lost. */
    @Test
    void nothingGoesIntoASpoolWhoseEndHasFailedNorPastIt() throws Exception {
        var seal = FaultSeal.of(Files.writeString(folder.resolve("key"), "thirty-two bytes of nobody's business"));
        var settings = new DiskSpool.Settings(folder.resolve("spool"), seal, 1 << 20, 1 << 20);
        try (var spool = DiskSpool.create(settings, UUID.randomUUID().toString())) {
            var intake = new Intake(new Unanswered(spool), null, () -> new Position("system", 1, 0, Map.of()));
            intake.beginSpool(quiet(1));
            intake.append(quiet(2));
            while (!spool.isEmpty()) {
                intake.take(1);
            }
            assertThatThrownBy(intake::endSpool).hasMessage("no answer");

            assertThat(intake.give(quiet(3))).isFalse();
            assertThatThrownBy(() -> intake.append(quiet(3))).hasMessage("ending the spool has failed");
            assertThat(spool.bytes()).isZero();
            assertThat(intake.safe().commitLsn()).isEqualTo(2);
        }
    }

    private record Unanswered(Spool spool) implements Intake.Spools {
        @Override
        public Spool begin() {
            return spool;
        }

        @Override
        public void checkLease() {}

        @Override
        public void end(Spool spool) {
            throw new IllegalStateException("no answer");
        }
    }
}
