package dev.banyan.bridge.lake;

import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.hub.HubPosition;
import java.io.BufferedWriter;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * The files of a lake: {@code date=D/type=T/segment-N.jsonl.gz}, {@code manifests/segment-N.json}, {@code named/NAME/segment-N.json} and
 * {@code claims/date=D/ID-DIGEST.json}.
 */
final class LakeFiles {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int SEGMENT_MAX = 99_999_999;

    /** Enough to tell the few versions of one event from each other. */
    private static final int CLAIM_DIGEST_BYTES = 8;

    private final LakeStorage storage;

    LakeFiles(LakeStorage storage) {
        this.storage = storage;
    }

    /** The manifests of all sealed segments, oldest first. */
    List<Manifest> manifests() throws IOException {
        return manifests(sealed());
    }

    /** The numbers of all sealed segments, ascending. */
    List<Integer> sealed() throws IOException {
        return storage.list("manifests").stream()
                .filter(LakeFiles::isJson)
                .map(LakeFiles::segment)
                .sorted()
                .toList();
    }

    /** The manifests of {@code segments}, which are sealed, in their order. */
    List<Manifest> manifests(List<Integer> segments) throws IOException {
        return SideBySide.of(segments, segment -> manifest(manifestOf(segment)));
    }

    /** The manifest of the newest sealed segment, found with one look at the first thousand, and some 20 at a million; null when there is none. */
    @Nullable
    Manifest newest() throws IOException {
        @Nullable String newest = null;
        var from = 0; // it is behind this one, or newest
        var below = SEGMENT_MAX;
        for (var at = 0; ; at = Math.min(2 * from, from + (below - from) / 2)) {
            var page = storage.page("manifests", manifestOf(at));
            var found = page.paths().stream().filter(LakeFiles::isJson).toList();
            if (found.isEmpty()) {
                below = at;
            } else {
                newest = found.getLast();
                from = segment(newest);
            }
            if (from >= below || (page.isLast() && !found.isEmpty())) {
                return newest == null ? null : manifest(newest);
            }
        }
    }

    /** What {@code segment} was sealed as; null when it is not sealed. */
    @Nullable
    Manifest sealed(int segment) throws IOException {
        try {
            return manifest(manifestOf(segment));
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** The path of the manifest of {@code segment}. */
    static String manifestOf(int segment) {
        return String.format(Locale.ROOT, "manifests/segment-%08d.json", segment);
    }

    private static boolean isJson(String path) {
        return path.endsWith(".json");
    }

    private static int segment(String path) {
        return Integer.parseInt(path.replaceAll("\\D", ""));
    }

    private Manifest manifest(String path) throws IOException {
        try (var in = storage.read(path)) {
            return JSON.readValue(in, Manifest.class);
        }
    }

    /** How many events bear {@code name}, up to the last sealed segment that has some. */
    long countByName(String name) throws IOException {
        var newest =
                storage.list(named(name)).stream().filter(LakeFiles::isJson).max(Comparator.naturalOrder());
        if (newest.isEmpty()) {
            return 0;
        }
        try (var in = storage.read(newest.get())) {
            return JSON.readValue(in, Long.class);
        }
    }

    private static String named(String name) {
        return "named/" + URLEncoder.encode(name, StandardCharsets.UTF_8);
    }

    void deleteLogsUpTo(int segment) throws IOException {
        for (var each : storage.logs()) {
            if (each <= segment) {
                storage.deleteLog(each);
            }
        }
    }

    private record Partition(String date, String type) implements Comparable<Partition> {
        @Override
        public int compareTo(Partition other) {
            return Comparator.comparing(Partition::date)
                    .thenComparing(Partition::type)
                    .compare(this, other);
        }

        String path(int segment) {
            return "date=" + date + "/type=" + type + String.format(Locale.ROOT, "/segment-%08d.jsonl.gz", segment);
        }
    }

    /** The events of one file, as lines. */
    private static final class Content {
        private final List<String> lines = new ArrayList<>();
        private Instant from = Instant.MAX;
        private Instant to = Instant.MIN;

        void add(String line, Instant time) {
            lines.add(line);
            from = time.isBefore(from) ? time : from;
            to = time.isAfter(to) ? time : to;
        }
    }

    /** Writes the files of {@code segment}, then its manifest, if that is not there yet. The same units make the same files. */
    void seal(int segment, List<LakeUnit> units, @Nullable HubPosition reach) throws IOException {
        var contents = new TreeMap<Partition, Content>();
        var countByName = new TreeMap<String, Long>();
        long events = 0;
        for (var unit : units) {
            if (!unit.name().isEmpty()) {
                countByName.put(unit.name(), unit.countByName());
            }
            for (var line : unit.lines()) {
                var event = LakeRecord.read(segment, line).event();
                var date = event.time().atOffset(ZoneOffset.UTC).toLocalDate();
                contents.computeIfAbsent(new Partition(date.toString(), event.type()), _ -> new Content())
                        .add(line, event.time());
                events++;
            }
        }
        var sealed = sealed(segment);
        if (sealed != null) {
            if (sealed.events() != events || !Objects.equals(sealed.reach(), reach)) {
                throw new LakeFailed(sealedByOther(segment));
            }
            return;
        }
        var files = new ArrayList<Manifest.DataFile>();
        for (var entry : contents.entrySet()) {
            files.add(write(segment, entry.getKey(), entry.getValue()));
        }
        for (var entry : countByName.entrySet()) {
            storage.create(
                    named(entry.getKey()) + String.format(Locale.ROOT, "/segment-%08d.json", segment),
                    JSON.writeValueAsBytes(entry.getValue()));
        }
        var manifest = new Manifest(segment, events, reach, files);
        storage.create(manifestOf(segment), JSON.writeValueAsBytes(manifest));
    }

    static String sealedByOther(int segment) {
        return "segment " + segment + ": somebody else has sealed it (expected: one bridge a lake)";
    }

    /**
     * Writes the data of {@code event} into a file, and returns its path in the lake. The same data makes the same file; other data of the same id, made by
     * another mapping, another, so that who was told of the one finds that.
     */
    String claim(DomainEvent event) throws IOException {
        var date = event.time().atOffset(ZoneOffset.UTC).toLocalDate();
        var data = event.data().getBytes(StandardCharsets.UTF_8);
        var digest = HexFormat.of().formatHex(sha256().digest(data), 0, CLAIM_DIGEST_BYTES);
        var path = "claims/date=" + date + "/" + event.id() + "-" + digest + ".json";
        storage.keep(path, data.length, out -> out.write(data));
        return path;
    }

    private Manifest.DataFile write(int segment, Partition partition, Content content) throws IOException {
        var path = partition.path(segment);
        var digest = sha256();
        var size = new AtomicLong();
        storage.replace(path, out -> {
            var text = new BufferedWriter(new OutputStreamWriter(
                    new GZIPOutputStream(new DigestOutputStream(counted(out, size), digest)), StandardCharsets.UTF_8));
            for (var line : content.lines) {
                text.write(line);
                text.write('\n');
            }
            text.close();
        });
        return new Manifest.DataFile(
                path,
                partition.date,
                partition.type,
                content.lines.size(),
                size.get(),
                HexFormat.of().formatHex(digest.digest()),
                content.from.toString(),
                content.to.toString());
    }

    private static OutputStream counted(OutputStream out, AtomicLong size) {
        size.set(0);
        return new FilterOutputStream(out) {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                out.write(bytes, offset, length);
                size.addAndGet(length);
            }

            @Override
            public void write(int octet) throws IOException {
                out.write(octet);
                size.incrementAndGet();
            }
        };
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256, which every Java has, is missing", e);
        }
    }
}
