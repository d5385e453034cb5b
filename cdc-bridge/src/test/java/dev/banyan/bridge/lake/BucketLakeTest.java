package dev.banyan.bridge.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.Printed;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.lake.LocalBucket.Door;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** A lake in a bucket of an S3 server that is busy, slow, dead, or heard and not answered. */
class BucketLakeTest extends LakeContract {

    private static final AtomicInteger BUCKETS = new AtomicInteger();

    @TempDir
    static Path root;

    private static LocalBucket s3;

    private String bucket;

    @BeforeAll
    static void start() throws Exception {
        s3 = new LocalBucket(root);
    }

    @AfterAll
    static void stop() throws Exception {
        s3.close();
    }

    @BeforeEach
    void create() throws Exception {
        bucket = "lake-" + BUCKETS.incrementAndGet();
        s3.create(bucket);
        s3.next(Door.OPEN, 0);
        s3.slow(Duration.ZERO);
        s3.letGo();
        s3.hideLengths(false);
    }

    @Override
    LakePlace place() {
        return LakePlace.of("s3://" + bucket + "/shop");
    }

    @Override
    void forget(String path) throws IOException {
        s3.delete(bucket, "shop/" + path);
    }

    @Override
    void damage(LakeStorage storage, Random random) throws IOException {
        var manifests = new LakeFiles(storage).manifests();
        if (manifests.isEmpty()) {
            return;
        }
        var sealed = manifests.getLast().segment();
        if (random.nextBoolean()) {
            // died between the manifest and the deletion
            storage.openLog(sealed, new ArrayList<>()).append(new LakeUnit("", 0, position(1), List.of()));
        } else {
            // died in the middle of a seal
            storage.replace(
                    "date=2026-01-31/type=shop.T0.v1/segment-%08d.jsonl.gz".formatted(sealed + 1), out -> out.write(1));
        }
    }

    /** One seed in place of three: each put takes as long as a hundred appends to a file. */
    @Override
    @ParameterizedTest
    @ValueSource(longs = 2)
    void everyEventIsInItOnceHoweverOftenItDies(long seed) throws Exception {
        super.everyEventIsInItOnceHoweverOftenItDies(seed);
    }

    @Test
    void whoIsNotTheOnlyWriterGivesUpAndFindsHowFarTheLakeIs() {
        try (var paused = open(1 << 20)) {
            paused.append(events(1), position(1));
            try (var successor = open(1 << 20)) {
                successor.append(events(2), position(2));
            }
            assertThatThrownBy(() -> paused.append(events(3), position(3)))
                    .isInstanceOf(LakeFailed.class)
                    .hasMessageContaining("somebody else has written it (expected: one bridge a lake)");
        }
        try (var again = open(1 << 20)) {
            assertThat(again.covers(position(2))).isTrue();
            assertThat(again.covers(position(3))).isFalse();
            again.append(events(3), position(3));
        }
        assertThat(ids()).containsExactly("id-1-0", "id-2-0", "id-2-1", "id-3-0", "id-3-1", "id-3-2");
    }

    @Test
    void aSegmentThatEndedIsSealedByWhoWasPausedAndByItsSuccessorAlike() {
        var before = s3.puts();
        try (var paused = open(1 << 20)) {
            paused.append(events(1), position(1));
            s3.hold(request -> request.startsWith("PUT") && request.contains("date"));
            now.addAndGet(Duration.ofMinutes(16).toMillis());
            paused.append(events(2), position(2));
            assertThat(s3.puts() - before).as("two units and the end").isEqualTo(3);
            try (var successor = open(1 << 20)) {
                successor.append(events(3), position(3));
                assertThatThrownBy(() -> paused.append(events(5), position(5)))
                        .isInstanceOf(LakeFailed.class)
                        .hasMessageContaining("somebody else has written it");
                s3.letGo();
            }
        }
        assertThat(reader().manifests()).extracting(Manifest::events).containsExactly(3L);
        assertThat(reader().verify()).isEmpty();
        assertThat(ids()).containsExactly("id-1-0", "id-2-0", "id-2-1", "id-3-0", "id-3-1", "id-3-2");
    }

    @Test
    void whoWasPausedUntilItsLogWasSealedAddsNothing() {
        try (var paused = open(1 << 20)) {
            paused.append(events(1), position(1));
            try (var successor = open(1 << 20)) {
                successor.append(events(2), position(2));
                successor.seal();
            }
            paused.append(events(3), position(3)); // its number is free again; the store will tell it
            assertThat(ids()).containsExactly("id-1-0", "id-2-0", "id-2-1");
            assertThatThrownBy(paused::seal).isInstanceOf(LakeFailed.class);
        }
        try (var again = open(1 << 20)) {
            assertThat(again.covers(position(2))).isTrue();
            assertThat(again.covers(position(3))).isFalse();
        }
        assertThat(ids()).containsExactly("id-1-0", "id-2-0", "id-2-1");
        assertThat(reader().verify()).isEmpty();
    }

    @Test
    void eachUnitCostsOnePutThoughASegmentOfManyIsBeingSealed() {
        try (var lake = open(1 << 20)) {
            for (var lsn = 1; lsn <= 40; lsn++) {
                lake.append(events(lsn), position(lsn));
            }
            s3.hold(request -> (!request.startsWith("PUT") || !request.contains("/open/"))
                    && !request.contains("segment-00000002"));
            now.addAndGet(Duration.ofMinutes(16).toMillis());
            var before = s3.requests();
            lake.append(events(41), position(41));
            assertThat(s3.requests() - before)
                    .as("the unit, and the end of its log")
                    .isEqualTo(2);
            for (var lsn = 42; lsn <= 61; lsn++) {
                lake.append(events(lsn), position(lsn));
            }
            assertThat(s3.requests() - before)
                    .as("and one a unit, and a look for the manifest behind the first")
                    .isEqualTo(2 + 20 + 1);
            s3.letGo();
        }
        assertThat(reader().manifests()).extracting(Manifest::segment).containsExactly(1);
        var expected = LongStream.rangeClosed(1, 61)
                .mapToObj(LakeContract::events)
                .flatMap(List::stream)
                .map(DomainEvent::id)
                .toList();
        assertThat(ids()).isEqualTo(expected);
    }

    @Test
    void whatItsOpeningCostsDoesNotGrowWithItsAge() throws Exception {
        s3.fill(
                bucket,
                1,
                1_100,
                "shop/manifests/segment-%08d.json"::formatted,
                number -> "{\"segment\":%d,\"events\":0,\"files\":[],\"reach\":%s}"
                        .formatted(number, JsonMapper.shared().writeValueAsString(position(number))));
        var before = s3.requests();
        try (var lake = open(1 << 20)) {
            assertThat(s3.requests() - before).isLessThan(15);
            assertThat(lake.covers(position(1_100))).isTrue();
            assertThat(lake.covers(position(1_101))).isFalse();
            lake.append(events(1_101), position(1_101));
            lake.seal();
        }
        assertThat(ids()).hasSize(1);
        try (var storage = Lake.storage(place())) {
            assertThat(new LakeFiles(storage).newest())
                    .extracting(Manifest::segment)
                    .isEqualTo(1_101);
        }
    }

    @Test
    void anAnswerThatIsLostAndABusyServerAreDealtWith() {
        try (var lake = open(1 << 20)) {
            s3.next(Door.ANSWER_LOST, 1);
            lake.append(events(1), position(1));
            s3.next(Door.BUSY, 2);
            lake.append(events(2), position(2));
            s3.next(Door.DEAD, 1);
            lake.append(events(3), position(3));
            s3.next(Door.ANSWER_LOST, 1);
            lake.seal();
        }
        assertThat(ids()).containsExactly("id-1-0", "id-2-0", "id-2-1", "id-3-0", "id-3-1", "id-3-2");
        assertThat(reader().verify()).isEmpty();
    }

    @Test
    void aDeadServerLosesNothingOfWhatItHadAndDoublesNothing() {
        var lake = open(1 << 20);
        lake.append(events(1), position(1));
        s3.next(Door.ANSWER_LOST, 100);
        assertThatThrownBy(() -> lake.append(events(2), position(2)))
                .isInstanceOf(LakeFailed.class)
                .hasMessageContaining("writing to s3://" + bucket + "/shop/");
        s3.next(Door.DEAD, 100);
        lake.close();
        assertThatThrownBy(() -> open(1 << 20)).isInstanceOf(LakeFailed.class);
        assertThat(Printed.of("events", "ls", "--lake", place().toString()).err())
                .contains("event lake: reading s3://" + bucket + "/shop/");

        s3.next(Door.OPEN, 0);
        try (var again = open(1 << 20)) {
            assertThat(again.covers(position(2)))
                    .as("it arrived, though nobody heard of it")
                    .isTrue();
            again.append(events(3), position(3));
            again.seal();
        }
        assertThat(ids()).containsExactly("id-1-0", "id-2-0", "id-2-1", "id-3-0", "id-3-1", "id-3-2");
    }

    @Test
    void largeDataIsPutOnceHoweverOftenAHubRefusesItsEvent() {
        try (var lake = open(1 << 20)) {
            var before = s3.puts();
            for (var attempt = 0; attempt < 3; attempt++) {
                lake.claim(events(1).getFirst());
            }
            assertThat(s3.puts() - before).isEqualTo(1);
            s3.hideLengths(true);
            lake.claim(events(1).getFirst());
            assertThat(s3.puts() - before).as("who cannot tell puts it again").isEqualTo(2);
        }
    }

    @Test
    void aSlowServerOnlyTakesLonger() {
        s3.slow(Duration.ofMillis(30));
        try (var lake = open(1)) {
            lake.append(events(1), position(1));
            lake.append(events(2), position(2));
        }
        assertThat(ids()).containsExactly("id-1-0", "id-2-0", "id-2-1");
        assertThat(reader().manifests()).hasSize(2);
    }

    @Test
    void whatIsLargeGoesInPartsAndIsNotThereBeforeItIsWhole() throws Exception {
        try (var storage = Lake.storage(place())) {
            storage.replace("x", out -> out.write(1));
            var before = s3.puts();
            assertThatThrownBy(() -> storage.replace("x", out -> {
                        out.write(new byte[PartedUpload.PART_BYTES + 1]);
                        throw new IOException("died");
                    }))
                    .hasMessage("died");
            assertThat(s3.puts() - before).isEqualTo(1);
            try (var in = storage.read("x")) {
                assertThat(in.readAllBytes()).as("as it was").containsExactly(1);
            }
            storage.replace("x", out -> out.write(new byte[2 * PartedUpload.PART_BYTES + 1]));
            assertThat(s3.puts() - before).isEqualTo(1 + 3);
            try (var in = storage.read("x")) {
                assertThat(in.readAllBytes()).hasSize(2 * PartedUpload.PART_BYTES + 1);
            }
        }
    }

    @Test
    void aBucketThatIsNotThereIsNamed() {
        var printed = Printed.of("events", "count", "--lake", "s3://nobodys-bucket/x");
        assertThat(printed.exitCode()).isEqualTo(1);
        assertThat(printed.err()).contains("s3://nobodys-bucket/x/", "404 NoSuchBucket");
        assertThat(Printed.of("events", "count", "--lake", "s3://No_Bucket/x").err())
                .contains("--lake: 's3://No_Bucket/x' (expected: s3://BUCKET/PREFIX)");
    }
}
