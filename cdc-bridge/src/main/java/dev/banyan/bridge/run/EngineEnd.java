package dev.banyan.bridge.run;

import dev.banyan.bridge.change.MappingFailed;
import dev.banyan.bridge.change.Spoken;
import dev.banyan.bridge.engine.ShapeChanged;
import dev.banyan.bridge.engine.TransactionTooLarge;
import dev.banyan.bridge.engine.TransactionUnreadable;
import dev.banyan.bridge.hub.EventsRefused;
import dev.banyan.bridge.hub.HubRefused;
import io.debezium.text.ParsingException;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How one run of the engine went. */
sealed interface EngineEnd {

    /** The bridge ends. */
    record ForGood(BridgeRun.End end, String why) implements EngineEnd {}

    /**
     * To be started again; without a pause when that was asked for. {@code undone} says why a batch is not where it should be yet; empty when
     * all are, null when no engine ran that would know.
     */
    record Again(String why, @Nullable String undone, boolean isAsked) implements EngineEnd {
        Again(String why, @Nullable String undone) {
            this(why, undone, false);
        }
    }

    /** So Java says of days such as 31 February; Debezium passes on no more of it than the text. */
    String NO_DAY = ": Invalid date '";

    /** So Debezium says of a row whose table it has no definition of. */
    String UNKNOWN_TABLE = "whose schema isn't known to this connector";

    Logger LOG = LoggerFactory.getLogger(EngineEnd.class);

    /** The bridge ends, because a person has to decide about {@code why}. */
    static EngineEnd refused(String why) {
        return new ForGood(BridgeRun.End.REFUSED, why);
    }

    /** This, unless {@code known}, which was found before something could not be closed, is an end for good. */
    default EngineEnd unless(@Nullable EngineEnd known) {
        return known instanceof ForGood ? known : this;
    }

    /** How {@code engine}, which has stopped, went. */
    static EngineEnd of(EngineRun engine, EngineRun.Stop stop) {
        var failure = engine.failure();
        if (stop == EngineRun.Stop.HUNG) {
            return new ForGood(BridgeRun.End.HUNG, "the engine does not stop");
        }
        if (Delivery.isFenced(failure)) {
            return refused("another bridge has taken over");
        }
        if (cause(failure, EventsRefused.class) instanceof EventsRefused refused && engine.learns(refused)) {
            LOG.warn("{}; what becomes of it is for the mapping's onFault", refused.getMessage());
            return new Again(String.valueOf(refused.getMessage()), refused.getMessage(), true);
        }
        if (cause(failure, ShapeChanged.class) instanceof ShapeChanged changed && engine.pauses(changed)) {
            return new Again(String.valueOf(changed.getMessage()), "", true);
        }
        if (cause(failure, ServerChanged.class) instanceof ServerChanged changed) {
            return new Again(String.valueOf(changed.getMessage()), ""); // the preflight decides
        }
        var refused = failure == null ? null : refusedFor(failure, engine.waitsIn());
        if (refused != null) {
            return refused;
        }
        var batchFailure = engine.batchFailure();
        var undone = batchFailure == null ? "" : spoken(batchFailure);
        if (stop == EngineRun.Stop.ASKED) {
            return new Again("a backfill is to pause, to go on or to end", undone, true);
        }
        if (stop == EngineRun.Stop.UNPUBLISHED) {
            return new Again(engine.unpublished(), undone, true); // the preflight refuses
        }
        if (stop == EngineRun.Stop.PARTED) {
            return new Again("rows of " + engine.parted() + " went or came with a partition", undone, true);
        }
        if (failure != null) {
            LOG.warn("batch failed", failure);
        }
        return new Again(
                switch (stop) {
                    case SILENT -> silence(engine.heartbeatRefusal());
                    case CUT -> "the legacy database has cut the connection";
                    case ENDED, ASKED, UNPUBLISHED, PARTED, HUNG ->
                        failure == null ? engine.message() : spoken(failure);
                },
                undone);
    }

    /** The end for good, if {@code failure} would come again at each start; else null. What is behind it lies in {@code waitsIn}. */
    private static @Nullable EngineEnd refusedFor(Throwable failure, String waitsIn) {
        if (hasCause(failure, TransactionTooLarge.class)) {
            return refused(failure.getMessage() + "\nRaise the limits in the configuration, and the heap with -Xmx.");
        }
        if (cause(failure, TransactionUnreadable.class) instanceof TransactionUnreadable unreadable) {
            return refused(unreadable.getMessage() + "\nNothing was skipped, and nothing after it is read; see"
                    + " docs/how-to/bridge-mariadb.md for how to go on.");
        }
        if (words(failure).contains(NO_DAY)) {
            return refused(
                    "the log has a DATE or DATETIME that no calendar has, such as 31 February\nNothing was skipped,"
                            + " and nothing after it is read; see docs/how-to/bridge-mariadb.md for how to go on.");
        }
        if (words(failure).contains(UNKNOWN_TABLE)) {
            return refused(
                    words(failure)
                            + "\nA table got the name of a mapped one, and the log does not say how it is made. Nothing was"
                            + " skipped, and nothing after it is read; resync begins behind it. See docs/how-to/bridge-mariadb.md.");
        }
        if (hasCause(failure, ParsingException.class)) {
            return refused(
                    words(failure) + "\nThe log has a statement about tables that Debezium cannot read. Nothing was"
                            + " skipped; see docs/how-to/bridge-mariadb.md for how to go on.");
        }
        if (hasCause(failure, HubRefused.class)) {
            return refused(
                    failure.getMessage() + "\nChange what it expects and start again: nothing was skipped, and the "
                            + waitsIn + " waits at this transaction.");
        }
        if (hasCause(failure, MappingFailed.class)) {
            return refused(failure.getMessage()
                    + "\nMend the mapping, or the table, and start again: nothing was skipped, and the " + waitsIn
                    + " waits at this transaction."
                    + (hasCause(failure, ShapeChanged.class)
                            ? "\nWith a faultKeyFile in the configuration only what belongs to the table waits, and the rest goes on."
                            : ""));
        }
        return null;
    }

    private static String silence(String refusal) {
        return "nothing came through the log, not even our own heartbeats"
                + (refusal.isEmpty() ? "" : ", which the database does not take: " + refusal);
    }

    /** What {@code failure} says, and what the deepest cause says that says more than what kind it is, without a value of a row. */
    private static String spoken(Throwable failure) {
        var said = Spoken.of(failure);
        var first = Spoken.of(causes(failure)
                .filter(Spoken::speaks)
                .reduce((_, cause) -> cause)
                .orElseGet(() -> deepest(failure)));
        return said.contains(first) ? said : said + ": " + first;
    }

    /** With all words, for whoever knows that they are about the log's form alone. */
    private static String words(Throwable failure) {
        var said = String.valueOf(failure.getMessage());
        var first = String.valueOf(deepest(failure).getMessage());
        return said.contains(first) ? said : said + ": " + first;
    }

    private static Throwable deepest(Throwable failure) {
        return causes(failure).reduce(failure, (_, cause) -> cause);
    }

    private static Stream<Throwable> causes(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause);
    }

    private static boolean hasCause(Throwable failure, Class<? extends Throwable> type) {
        return cause(failure, type) != null;
    }

    private static @Nullable Throwable cause(@Nullable Throwable failure, Class<? extends Throwable> type) {
        return failure == null
                ? null
                : causes(failure).filter(type::isInstance).findFirst().orElse(null);
    }
}
