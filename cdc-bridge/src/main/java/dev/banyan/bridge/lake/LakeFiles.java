package dev.banyan.bridge.lake;

import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.hub.HubPosition;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** The files of a lake: {@code date=D/type=T/segment-N.jsonl.gz}, {@code manifests/segment-N.json}, {@code open-N.log}. */
final class LakeFiles {

    private static final Pattern LOG = Pattern.compile("open-([0-9]{8})\\.log");
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Path folder;

    LakeFiles(Path folder) {
        this.folder = folder;
    }

    Path log(int segment) {
        return folder.resolve("open-%08d.log".formatted(segment));
    }

    Path resolve(String path) {
        return folder.resolve(path);
    }

    /** The manifests of all sealed segments, oldest first. */
    List<Manifest> manifests() throws IOException {
        var manifests = folder.resolve("manifests");
        if (!Files.isDirectory(manifests)) {
            return List.of();
        }
        try (var found = Files.list(manifests)) {
            return found.filter(file -> file.toString().endsWith(".json"))
                    .map(file -> JSON.readValue(file, Manifest.class))
                    .sorted(Comparator.comparingInt(Manifest::segment))
                    .toList();
        }
    }

    /** The segments that are written but not sealed, oldest first. */
    List<Integer> logs() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> found = Files.list(folder)) {
            return found.map(file -> LOG.matcher(String.valueOf(file.getFileName())))
                    .filter(matcher -> matcher.matches())
                    .map(matcher -> Integer.valueOf(matcher.group(1)))
                    .sorted()
                    .toList();
        }
    }

    void deleteLogsUpTo(int segment) throws IOException {
        for (var each : logs()) {
            if (each <= segment) {
                Files.deleteIfExists(log(each));
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
    void seal(int segment, List<LakeLog.Unit> units, @Nullable HubPosition reach) throws IOException {
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
        replace(
                folder.resolve("manifests/segment-%08d.json".formatted(segment)),
                out -> out.write(JSON.writeValueAsBytes(manifest)));
    }

    /** Writes the data of {@code event} into a file; the same event makes the same file. Returns its path in the lake. */
    String claim(DomainEvent event) throws IOException {
        var date = event.time().atOffset(ZoneOffset.UTC).toLocalDate();
        var path = "claims/date=" + date + "/" + event.id() + ".json";
        replace(folder.resolve(path), out -> out.write(event.data().getBytes(StandardCharsets.UTF_8)));
        return path;
    }

    private Manifest.DataFile write(int segment, Partition partition, List<LakeRecord> records) throws IOException {
        var path = partition.path(segment);
        var digest = sha256();
        var file = folder.resolve(path);
        replace(file, out -> {
            var text = new BufferedWriter(new OutputStreamWriter(
                    new GZIPOutputStream(new DigestOutputStream(out, digest)), StandardCharsets.UTF_8));
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
                Files.size(file),
                HexFormat.of().formatHex(digest.digest()),
                times.getFirst().toString(),
                times.getLast().toString());
    }

    @FunctionalInterface
    private interface Writing {
        void to(OutputStream out) throws IOException;
    }

    /** Puts what {@code writing} writes in place of {@code file}, whole or not at all, and on the disk. */
    private static void replace(Path file, Writing writing) throws IOException {
        var parent = file.toAbsolutePath().getParent();
        if (parent == null) {
            throw new IOException(file + ": no folder");
        }
        Files.createDirectories(parent);
        var draft = file.resolveSibling(file.getFileName() + ".draft");
        try (var out = Files.newOutputStream(draft)) {
            writing.to(out);
        }
        force(draft);
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        force(parent);
    }

    private static void force(Path path) throws IOException {
        try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256, which every Java has, is missing", e);
        }
    }
}
