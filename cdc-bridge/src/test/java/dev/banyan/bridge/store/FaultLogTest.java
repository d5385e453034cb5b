package dev.banyan.bridge.store;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.EventLimit;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.mapping.KeyedHash;
import dev.banyan.bridge.mapping.Mapper;
import dev.banyan.bridge.mapping.MappingFile;
import dev.banyan.bridge.mapping.Secrets;
import dev.banyan.bridge.secret.Keyset;
import java.nio.charset.StandardCharsets;
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
import org.slf4j.LoggerFactory;

/** The log names what waits and what was skipped, and holds no value of a column. */
class FaultLogTest {

    private static final String CANARY = "canary";
    private static final Position POSITION = new Position("1", 1, 0, Map.of("lsn", 0L));
    private static final String AGGREGATE = """
              NAME:
                topic: NAME
                subject: NAME/{no}
                type: t.{event}.v1
                onFault: FAULT
                table: NAME
                key: [no]
                drop: [dropped]
                fields:
                  no: {column: no, as: integer}
                  hashed: {column: hashed, as: hash}
                  masked: {column: masked, as: mask, keep: 2}
                  sealed: {column: sealed, as: encrypt}
                  plain: plain
                  count: {column: count, as: integer}
                events:
                  - {event: Imported, when: backfill}
                  - {event: Added, when: created}
                  - {event: Removed, when: removed}
                  - {event: Changed, when: otherwise}
            """;

    @TempDir
    Path folder;

    private final Logger logger = (Logger) LoggerFactory.getLogger("dev.banyan");
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private Level levelBefore = Level.INFO;

    @BeforeEach
    void listen() {
        levelBefore = logger.getLevel();
        logger.setLevel(Level.TRACE);
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void listenNoMore() {
        logger.detachAppender(lines);
        logger.setLevel(levelBefore);
    }

    @Test
    void aFaultIsLoggedByItsIdsAlone() throws Exception {
        var text = "version: 1\naggregates:\n"
                + AGGREGATE.replace("NAME", "parks").replace("FAULT", "park")
                + AGGREGATE.replace("NAME", "skips").replace("FAULT", "{skip: drafts}");
        var secrets = new Secrets(
                new KeyedHash("a key of the bridge alone".getBytes(StandardCharsets.UTF_8)),
                Keyset.generate(Keyset.Kind.RANDOM).cipher(),
                null);
        var mapper = new Mapper(MappingFile.parse(Path.of("m.yaml"), text), "b", secrets, EventLimit.NONE);
        var key = Files.writeString(folder.resolve("fault.key"), "thirty-two bytes of nobody's business");
        var settings = new BridgeStore.Settings(MigratedStore.in(folder), "", "", FaultSeal.of(key));
        try (var store = BridgeStore.open(settings, "b", "test", Duration.ofSeconds(30), InstantSource.system())) {
            assertThat(store.tryLease()).isTrue();
            store.begin(POSITION, List.of(), Set.of(), null);
            try (var session = store.session()) {
                var transaction =
                        new Transaction(7, "758", Instant.EPOCH, List.of(insert("parks", 1), insert("skips", 2)));
                mapper.map(transaction, session.images(), session.faults());
                session.commit(POSITION);
            }
        }

        assertThat(lines.list)
                .filteredOn(line -> line.getLevel() == Level.WARN)
                .extracting(ILoggingEvent::getFormattedMessage)
                .satisfiesExactly(
                        parked -> assertThat(parked).startsWith("transaction 758: parks 1 waits, in group "),
                        skipped -> assertThat(skipped).isEqualTo("transaction 758: skips 2 has no event: skipped"));
        assertThat(lines.list).extracting(ILoggingEvent::getFormattedMessage).noneMatch(line -> line.contains(CANARY));
    }

    private static Change insert(String table, long no) {
        return new Change.Inserted(
                new TableId("public", table),
                new Row(Map.of(
                        "no", no, "hashed", CANARY, "masked", CANARY, "sealed", CANARY, "plain", CANARY, "dropped",
                        CANARY, "count", CANARY)));
    }
}
