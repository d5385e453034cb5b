package dev.banyan.bridge.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.Printed;
import dev.banyan.bridge.change.Cause;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.hub.HubPosition;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** Every event is in the lake once, in order, whatever was cut off, killed or repeated; wherever the lake lies. */
abstract class LakeContract {

    private static final Instant START = Instant.parse("2026-01-31T23:59:00Z");

    private static final String TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    /** Where the lake of this test lies; nothing is there yet. */
    abstract LakePlace place();

    /** Writes what a power cut or a death at a bad moment may leave. */
    abstract void damage(LakeStorage storage, Random random) throws IOException;

    final AtomicLong now = new AtomicLong(START.toEpochMilli());

    Lake open(long segmentBytes) {
        InstantSource clock = () -> Instant.ofEpochMilli(now.get());
        return Lake.open(new Lake.Settings(place(), "/shop", segmentBytes, Duration.ofMinutes(15)), clock);
    }

    LakeReader reader() {
        return new LakeReader(place());
    }

    static HubPosition position(long lsn) {
        return new HubPosition("store", "system", 1, lsn);
    }

    static DomainEvent event(long lsn, int ordinal, String type, String subject, String data) {
        return new DomainEvent(
                "id-" + lsn + "-" + ordinal,
                type,
                "shop.topic",
                subject,
                START.plusSeconds(lsn),
                "%016x-%06d".formatted(lsn, ordinal),
                "tx" + lsn,
                lsn % 7 == 0,
                lsn % 2 == 0 ? List.of("name", "price") : List.of(),
                lsn % 3 == 0 ? "urn:banyan:contract:" + type + ".json" : null,
                lsn % 3 == 0 ? new Cause("request \"" + lsn + "\"", TRACEPARENT) : Cause.UNKNOWN,
                data);
    }

    private List<LakeRecord> all() {
        return all(LakeFilter.ALL);
    }

    private List<LakeRecord> all(LakeFilter filter) {
        var records = new ArrayList<LakeRecord>();
        reader().read(filter, 0, records::add);
        return records;
    }

    List<String> ids() {
        return all().stream().map(record -> record.event().id()).toList();
    }

    @Test
    void whatIsReadEqualsWhatWasSentToTheLastCharacter() {
        var data = List.of(
                "{}",
                "{\"data\":{\"data\":1},\"event\":[\"}}\"]}",
                "{\"price\":1.50,\"big\":123456789012345678901234567890,\"text\":\"\u00e4\uD83D\uDE00\\n}}\"}",
                "{\"a\":null , \"b\":[1, 2]}");
        var sent = new ArrayList<DomainEvent>();
        for (int i = 0; i < data.size(); i++) {
            sent.add(event(i + 1, 0, "shop.Changed.v" + i % 2, "product/" + i, data.get(i)));
        }
        try (var lake = open(1 << 20)) {
            lake.append(sent, position(4));
            assertThat(all()).extracting(LakeRecord::event).as("open").isEqualTo(sent);
            lake.seal();
        }
        assertThat(all()).extracting(LakeRecord::event).as("sealed").isEqualTo(sent);
        assertThat(all()).extracting(LakeRecord::source).containsOnly("/shop");
        var json = JsonMapper.shared().readTree(all().getFirst().cloudEvent());
        assertThat(json.path("specversion").asString()).isEqualTo("1.0");
        assertThat(json.path("sequence").asString()).isEqualTo("0000000000000001-000000");
    }

    @Test
    void itsFilesHaveTheSameNamesInEveryLocale() {
        var usual = Locale.getDefault(Locale.Category.FORMAT);
        Locale.setDefault(Locale.Category.FORMAT, Locale.of("fa", "IR")); // which has digits of its own
        try {
            try (var lake = open(1 << 20)) {
                lake.append(List.of(event(1, 0, "a.v1", "x/1", "{}")), position(1));
                lake.seal();
                lake.append(List.of(event(2, 0, "a.v1", "x/1", "{}")), position(2));
            }
            open(1 << 20).close();
        } finally {
            Locale.setDefault(Locale.Category.FORMAT, usual);
        }
        assertThat(ids()).containsExactly("id-1-0", "id-2-0");
        assertThat(reader().manifests().getFirst().files())
                .extracting(file -> file.path())
                .containsExactly("date=2026-01-31/type=a.v1/segment-00000001.jsonl.gz");
    }

    /** A bridge that dies at any place of its loop and begins again at its store's position. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void everyEventIsInItOnceHoweverOftenItDies(long seed) throws Exception {
        var random = new Random(seed);
        var stored = 0L;
        var expected = new ArrayList<String>();
        for (long lsn = 1; lsn <= 120; lsn++) {
            for (int i = 0; i < lsn % 4; i++) {
                expected.add("id-" + lsn + "-" + i);
            }
        }
        var deaths = 0;
        while (stored < 120) {
            try (var lake = open(2_000)) {
                var dies = stored + 1 + random.nextInt(30);
                for (var lsn = stored + 1; lsn <= 120; lsn++) {
                    if (!lake.covers(position(lsn)) && lsn % 4 != 0) {
                        lake.append(events(lsn), position(lsn));
                    }
                    if (lsn == dies) {
                        break; // the lake has it, the store does not know
                    }
                    stored = lsn;
                }
            }
            if (stored < 120) {
                deaths++;
                try (var storage = Lake.storage(place())) {
                    damage(storage, random);
                }
            }
        }
        assertThat(deaths).isPositive();
        assertThat(ids()).isEqualTo(expected);
        assertThat(reader().verify()).isEmpty();
        var counted = reader().manifests().stream().mapToLong(Manifest::events).sum();
        assertThat(counted).isLessThanOrEqualTo(expected.size()).isGreaterThan(expected.size() / 2);
    }

    static List<DomainEvent> events(long lsn) {
        var events = new ArrayList<DomainEvent>();
        for (int i = 0; i < lsn % 4; i++) {
            events.add(event(lsn, i, "shop.T" + (lsn + i) % 3 + ".v1", "product/" + lsn % 5, "{\"n\":" + lsn + "}"));
        }
        return events;
    }

    @Test
    void aSealThatDiedIsDoneAgainWithTheSameFiles() throws Exception {
        try (var lake = open(1 << 20)) {
            lake.append(events(1), position(1));
            lake.append(events(2), position(2));
        }
        try (var storage = Lake.storage(place())) {
            var units = storage.readLog(1);
            new LakeFiles(storage).seal(1, units, position(2)); // died before the log was deleted
        }
        assertThat(ids()).containsExactly("id-1-0", "id-2-0", "id-2-1");
        var first = reader().manifests();
        forget("manifests/segment-00000001.json"); // died before the manifest
        assertThat(ids()).containsExactly("id-1-0", "id-2-0", "id-2-1");
        try (var lake = open(1 << 20)) {
            lake.seal();
        }
        assertThat(reader().manifests()).isEqualTo(first);
        assertThat(ids()).containsExactly("id-1-0", "id-2-0", "id-2-1");
    }

    @Test
    void aSegmentThatIsMissingIsNamedAndSoIsAManifestThatCountsOtherThanItsFiles() throws Exception {
        try (var lake = open(1 << 20)) {
            for (var lsn = 1; lsn <= 7; lsn++) {
                lake.append(List.of(event(lsn, 0, "t.v1", "x/1", "{}")), position(lsn));
                if (lsn < 7) {
                    lake.seal();
                }
            }
        }
        assertThat(reader().verify()).as("six are sealed, one is a log").isEmpty();
        var path = "manifests/segment-00000002.json";
        try (var storage = Lake.storage(place());
                var in = storage.read(path)) {
            var changed = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .replace("\"segment\":2,\"events\":1", "\"segment\":2,\"events\":3");
            storage.replace(path, out -> out.write(changed.getBytes(StandardCharsets.UTF_8)));
        }
        assertThat(reader().verify()).containsExactly(path + ": 3 events (expected: 1, as its files have together)");
        forget(path);
        forget("manifests/segment-00000003.json");
        forget("manifests/segment-00000006.json");
        assertThat(reader().verify())
                .containsExactly(
                        "segments 2 to 3: no manifest (expected: one for each up to 4, which has one)",
                        "segment 6: neither a manifest nor a log (expected: one of them, because 7 has a log)");
    }

    @Test
    void whatIsResubmittedIsInItOnce() {
        try (var lake = open(1 << 20)) {
            lake.append(events(5), position(5));
            lake.appendOnce("resubmitted a", 0, events(3));
            lake.appendOnce("resubmitted a", 0, events(3));
            assertThat(lake.covers(position(5))).isTrue();
            assertThat(lake.covers(position(6))).isFalse();
            lake.seal();
        }
        try (var lake = open(1 << 20)) {
            lake.appendOnce("resubmitted a", 0, events(3));
            assertThat(lake.covers(position(5)))
                    .as("its position is where it was")
                    .isTrue();
            assertThat(lake.covers(new HubPosition("other store", "system", 1, 5)))
                    .isFalse();
        }
        assertThat(ids()).containsExactly("id-5-0", "id-3-0", "id-3-1", "id-3-2");
    }

    @Test
    void aSegmentIsSealedWhenItIsOldAndItsFilesAreByDayAndType() {
        try (var lake = open(1 << 20)) {
            lake.append(List.of(event(1, 0, "a.v1", "x/1", "{}"), event(90, 0, "b.v1", "x/2", "{}")), position(90));
            assertThat(reader().manifests()).isEmpty();
            now.addAndGet(Duration.ofMinutes(16).toMillis());
            lake.append(List.of(event(91, 0, "a.v1", "x/1", "{}")), position(91));
        }
        var manifest = reader().manifests().getFirst();
        assertThat(manifest.files())
                .extracting(file -> file.path() + " " + file.events())
                .containsExactly(
                        "date=2026-01-31/type=a.v1/segment-00000001.jsonl.gz 1",
                        "date=2026-02-01/type=a.v1/segment-00000001.jsonl.gz 1",
                        "date=2026-02-01/type=b.v1/segment-00000001.jsonl.gz 1");
        assertThat(ids()).as("in the order they were sent").containsExactly("id-1-0", "id-90-0", "id-91-0");
    }

    @Test
    void commandsListCountShowAndVerify() throws Exception {
        var lake = place().toString();
        try (var opened = open(1 << 20)) {
            opened.append(
                    List.of(
                            event(1, 0, "shop.orders.OrderPaid.v1", "order/1", "{\"n\":1}"),
                            event(2, 0, "shop.orders.OrderPaid.v1", "order/2", "{\"n\":2}"),
                            event(90, 0, "shop.orders.OrderShipped.v1", "order/1", "{\"n\":3}")),
                    position(90));
            opened.seal();
        }
        assertThat(Printed.of("events", "count", "--lake", lake).out())
                .isEqualTo(
                        "2026-01-31 shop.orders.OrderPaid.v1 2\n2026-02-01 shop.orders.OrderShipped.v1 1\n3 events\n");
        assertThat(Printed.of("events", "count", "--lake", lake, "--type", "OrderPaid", "--subject", "order/2")
                        .out())
                .endsWith("\n1 events\n");
        assertThat(Printed.of("events", "ls", "--lake", lake, "--from", "2026-02-01")
                        .out())
                .isEqualTo(
                        "2026-02-01T00:00:30Z shop.orders.OrderShipped.v1 order/1 id-90-0 000000000000005a-000000\n");
        assertThat(Printed.of("events", "ls", "--lake", lake, "--to", "2026-02-01", "--limit", "1")
                        .err())
                .contains("stopped after 1");
        assertThat(Printed.of("events", "show", "--lake", lake, "order/1").out().lines())
                .hasSize(2)
                .allMatch(line -> JsonMapper.shared()
                        .readTree(line)
                        .path("subject")
                        .asString()
                        .equals("order/1"));
        assertThat(Printed.of("events", "show", "--lake", lake, "id-7").exitCode())
                .isEqualTo(1);
        assertThat(Printed.of("events", "ls", "--lake", lake, "--from", "noon").exitCode())
                .isEqualTo(2);
        assertThat(Printed.of("events", "verify", "--lake", lake).out())
                .isEqualTo("1 sealed segments, 2 files, 3 events, 0 differences\n");
        var path = "date=2026-01-31/type=shop.orders.OrderPaid.v1/segment-00000001.jsonl.gz";
        try (var storage = Lake.storage(place());
                var in = storage.read(path)) {
            var bytes = in.readAllBytes();
            bytes[bytes.length - 1] ^= 1;
            storage.replace(path, out -> out.write(bytes));
        }
        var damaged = Printed.of("events", "verify", "--lake", lake);
        assertThat(damaged.exitCode()).isEqualTo(1);
        assertThat(damaged.out()).contains("other bytes than its manifest says (sha256)");
    }

    @Test
    void aReplayThatDiesGoesOnBehindWhatWasAcknowledged() throws Exception {
        try (var lake = open(20_000)) {
            for (long lsn = 100; lsn <= 2_000; lsn += 100) {
                var events = new ArrayList<DomainEvent>();
                for (long each = lsn - 99; each <= lsn; each++) {
                    events.add(event(each, 0, "t.v1", "x/" + each % 3, "{}"));
                }
                lake.append(events, position(lsn));
            }
        }
        var filter = new LakeFilter(null, null, null, "x/1");
        var wanted = all(filter).stream().map(record -> record.event().id()).toList();
        var replay = new Replay(reader(), filter, "one", Integer.MAX_VALUE, _ -> {});
        var dying = new Received(550);
        assertThatThrownBy(() -> replay.goOn(Replay.Progress.start("x/1"), dying))
                .hasMessage("dead");
        var left = Replay.progress(reader(), "one").orElseThrow();
        assertThat(left.sent()).isEqualTo(500);
        assertThat(left.done()).isFalse();

        var rest = new Received(Integer.MAX_VALUE);
        var done = replay.goOn(left, rest);

        assertThat(done.done()).isTrue();
        assertThat(done.sent()).isEqualTo(wanted.size());
        assertThat(dying.ids.subList(0, 500)).isEqualTo(wanted.subList(0, 500));
        assertThat(rest.ids).isEqualTo(wanted.subList(500, wanted.size()));
        assertThat(new TreeSet<>(wanted)).hasSize(wanted.size());
    }

    @Test
    void aSlowReplayHandsOverNoMoreAtOnceThanItsRate() throws Exception {
        try (var lake = open(20_000)) {
            lake.append(
                    List.of(
                            event(1, 0, "t.v1", "x/1", "{}"),
                            event(2, 0, "t.v1", "x/1", "{}"),
                            event(3, 0, "t.v1", "x/1", "{}")),
                    position(100));
        }
        var dying = new Received(2);
        assertThatThrownBy(() -> new Replay(reader(), new LakeFilter(null, null, null, null), "slow", 2, _ -> {})
                        .goOn(Replay.Progress.start("all"), dying))
                .hasMessage("dead");
        assertThat(Replay.progress(reader(), "slow").orElseThrow().sent()).isEqualTo(2);
    }

    @Test
    void dataTooLargeForAHubIsKeptWhereItsUriSays() throws Exception {
        var data = "{\"text\":\"" + "0123456789abcdef".repeat(600_000) + "\"}"; // two parts for S3
        var event = event(1, 0, "t.v1", "x/1", data);
        try (var lake = open(1 << 20);
                var storage = Lake.storage(place())) {
            var uri = lake.claim(event);
            assertThat(lake.claim(event)).as("once more after a crash").isEqualTo(uri);
            assertThat(uri).matches(Pattern.quote(place().uri()) + "claims/date=2026-01-31/id-1-0-[0-9a-f]{16}\\.json");
            assertThat(lake.claim(event(1, 0, "t.v1", "x/1", "{}")))
                    .as("other data of the same event")
                    .isNotEqualTo(uri);
            try (var in = storage.read(uri.substring(place().uri().length()))) {
                assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                        .isEqualTo(data);
            }
        }
    }

    /** Makes a file of the lake as if it had never been. */
    abstract void forget(String path) throws IOException;

    private static final class Received implements Replay.Target {

        private final List<String> ids = new ArrayList<>();
        private final int most;

        Received(int most) {
            this.most = most;
        }

        @Override
        public void send(LakeRecord event) throws IOException {
            if (ids.size() == most) {
                throw new IOException("dead");
            }
            ids.add(event.event().id());
        }

        @Override
        public void flush() {}
    }
}
