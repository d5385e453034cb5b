package dev.banyan.bridge.lake;

import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.hub.HubPosition;
import java.io.BufferedWriter;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** The files of a lake: {@code date=D/type=T/segment-N.jsonl.gz}, {@code manifests/segment-N.json}, {@code claims/date=D/ID.json}. */
final class LakeFiles {

    private static final JsonMapper JSON = JsonMapper.shared();

    private final LakeStorage storage;

    LakeFiles(LakeStorage storage) {
        this.storage = storage;
    }

    /** The manifests of all sealed segments, oldest first. */
    List<Manifest> manifests() throws IOException {
        var manifests = new ArrayList<Manifest>();
        for (var path : storage.list("manifests")) {
            if (path.endsWith(".json")) {
                try (var in = storage.read(path)) {
                    manifests.add(JSON.readValue(in, Manifest.class));
                }
            }
        }
        manifests.sort(Comparator.comparingInt(Manifest::segment));
        return manifests;
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
            return "date=" + date + "/type=" + type + "/segment-%08d.jsonl.gz".formatted(segment);
        }
    }

    /** Writes the files of {@code segment}, then its manifest. The same units make the same files. */
    void seal(int segment, List<LakeUnit> units, @Nullable HubPosition reach) throws IOException {
        var recordsOf = new TreeMap<Partition, List<LakeRecord>>();
        var named = new ArrayList<String>();
        long events = 0;
        for (var unit : units) {
            if (!unit.name().isEmpty()) {
                named.add(unit.name());
            }
            for (var line : unit.lines()) {
                var record = LakeRecord.read(segment, line);
                var date = record.event().time().atOffset(ZoneOffset.UTC).toLocalDate();
                recordsOf
                        .computeIfAbsent(
                                new Partition(date.toString(), record.event().type()), _ -> new ArrayList<>())
                        .add(record);
                events++;
            }
        }
        var files = new ArrayList<Manifest.DataFile>();
        for (var entry : recordsOf.entrySet()) {
            files.add(write(segment, entry.getKey(), entry.getValue()));
        }
        var manifest = new Manifest(segment, events, reach, named, files);
        storage.create("manifests/segment-%08d.json".formatted(segment), JSON.writeValueAsBytes(manifest));
    }

    /** Writes the data of {@code event} into a file; the same event makes the same file. Returns its path in the lake. */
    String claim(DomainEvent event) throws IOException {
        var date = event.time().atOffset(ZoneOffset.UTC).toLocalDate();
        var path = "claims/date=" + date + "/" + event.id() + ".json";
        storage.replace(path, out -> out.write(event.data().getBytes(StandardCharsets.UTF_8)));
        return path;
    }

    private Manifest.DataFile write(int segment, Partition partition, List<LakeRecord> records) throws IOException {
        var path = partition.path(segment);
        var digest = sha256();
        var size = new AtomicLong();
        storage.replace(path, out -> {
            var text = new BufferedWriter(new OutputStreamWriter(
                    new GZIPOutputStream(new DigestOutputStream(counted(out, size), digest)), StandardCharsets.UTF_8));
            for (var record : records) {
                text.write(record.line());
                text.write('\n');
            }
            text.close();
        });
        var times =
                records.stream().map(record -> record.event().time()).sorted().toList();
        return new Manifest.DataFile(
                path,
                partition.date,
                partition.type,
                records.size(),
                size.get(),
                HexFormat.of().formatHex(digest.digest()),
                times.getFirst().toString(),
                times.getLast().toString());
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
