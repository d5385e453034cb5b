package dev.banyan.bridge.lake;

import dev.banyan.bridge.change.DomainEvent;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.PriorityQueue;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** Reads a lake, also while a bridge writes to it: sealed segments, then the one that is being written. */
public final class LakeReader {

    /** A lake of years has more than anybody should wait for before the first event is shown. */
    private static final int MANIFESTS_AT_ONCE = 16;

    private final LakeStorage storage;
    private final LakeFiles files;

    /** The lake in {@code folder}, which must be there. */
    public LakeReader(Path folder) {
        this(new LakePlace.Folder(folder));
    }

    /** The lake at {@code place}, which must be there. */
    public LakeReader(LakePlace place) {
        this(Lake.storage(place));
    }

    LakeReader(LakeStorage storage) {
        this.storage = storage;
        files = new LakeFiles(storage);
        try {
            var hindrance = storage.hindrance();
            if (!hindrance.isEmpty()) {
                throw new LakeFailed(storage.where() + ": " + hindrance);
            }
        } catch (IOException e) {
            throw new LakeFailed("reading " + storage.where(), e);
        }
    }

    LakeStorage storage() {
        return storage;
    }

    /** Takes events in the order they were sent, until it says no. */
    @FunctionalInterface
    public interface Visitor {
        /** False ends the reading. */
        boolean visit(LakeRecord record);
    }

    /** Hands every event that {@code filter} lets pass to {@code visitor}, beginning with segment {@code from}. */
    public void read(LakeFilter filter, int from, Visitor visitor) {
        try {
            // Logs first: one that is sealed meanwhile is then found among the manifests.
            var logs = storage.logs();
            var sealed = files.sealed();
            var wanted = sealed.stream().filter(segment -> segment >= from).toList();
            for (var at = 0; at < wanted.size(); at += MANIFESTS_AT_ONCE) {
                var next = wanted.subList(at, Math.min(at + MANIFESTS_AT_ONCE, wanted.size()));
                for (var manifest : files.manifests(next)) {
                    if (!readSealed(manifest, filter, visitor)) {
                        return;
                    }
                }
            }
            var known = new HashSet<>(sealed);
            for (var segment : logs) {
                if (segment >= from && !known.contains(segment) && !readLog(segment, filter, visitor)) {
                    return;
                }
            }
        } catch (IOException e) {
            throw new LakeFailed("reading " + storage.where(), e);
        }
    }

    private boolean readLog(int segment, LakeFilter filter, Visitor visitor) throws IOException {
        List<LakeUnit> units;
        try {
            units = storage.readLog(segment);
        } catch (NoSuchFileException e) {
            // Sealed between the two looks: its manifest is there now.
            var manifest = files.sealed(segment);
            return manifest == null || readSealed(manifest, filter, visitor);
        }
        for (var unit : units) {
            for (var line : unit.lines()) {
                var record = LakeRecord.read(segment, line);
                if (filter.matches(record.event()) && !visitor.visit(record)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Merges the files of a segment by number, so that events come in the order they were sent. */
    private boolean readSealed(Manifest manifest, LakeFilter filter, Visitor visitor) throws IOException {
        var open = new ArrayList<Open>();
        try {
            var queue = new PriorityQueue<Open>(Comparator.comparingLong(Open::number));
            for (var file : manifest.files()) {
                if (filter.mayMatch(file)) {
                    var reading = new Open(manifest.segment(), file);
                    open.add(reading);
                    if (reading.advance()) {
                        queue.add(reading);
                    }
                }
            }
            while (!queue.isEmpty()) {
                var reading = queue.remove();
                var record = reading.current();
                if (filter.matches(record.event()) && !visitor.visit(record)) {
                    return false;
                }
                if (reading.advance()) {
                    queue.add(reading);
                }
            }
            return true;
        } finally {
            for (var reading : open) {
                reading.close();
            }
        }
    }

    /** Keeps the data of {@code event} in a file of its own, as {@link Lake#claim} does, and returns where it is below {@code uri}. */
    public String claim(String uri, DomainEvent event) throws IOException {
        return uri + (uri.endsWith("/") ? "" : "/") + files.claim(event);
    }

    /** How many segments are sealed, without a look at what they hold. */
    public int sealedSegments() {
        try {
            return files.sealed().size();
        } catch (IOException e) {
            throw new LakeFailed("reading " + storage.where(), e);
        }
    }

    /** How many events each sealed file says it has; what is not sealed is not in it. */
    public List<Manifest> manifests() {
        try {
            return files.manifests();
        } catch (IOException e) {
            throw new LakeFailed("reading " + storage.where(), e);
        }
    }

    /**
     * Compares every sealed file with its manifest, each manifest with what its files have together, and the numbers of segments with what the writer
     * makes: all from 1 on; returns what does not fit.
     */
    public List<String> verify() {
        var differences = new ArrayList<String>();
        try {
            var logs = storage.logs(); // first, as in read()
            var manifests = files.manifests();
            verifyNumbers(manifests, logs, differences);
            for (var manifest : manifests) {
                verify(manifest, differences);
            }
        } catch (IOException e) {
            throw new LakeFailed("reading " + storage.where(), e);
        }
        return differences;
    }

    /** A segment begins when the one before it has ended, and they are sealed one after the other: none is left out, whoever writes. */
    private static void verifyNumbers(List<Manifest> manifests, List<Integer> logs, List<String> differences) {
        var sealed = 0;
        for (var manifest : manifests) {
            if (manifest.segment() > sealed + 1) {
                differences.add(segments(sealed + 1, manifest.segment() - 1)
                        + ": no manifest (expected: one for each up to " + manifest.segment() + ", which has one)");
            }
            sealed = manifest.segment();
        }
        var begun = sealed;
        for (var log : logs) {
            if (log > begun + 1) {
                differences.add(segments(begun + 1, log - 1)
                        + ": neither a manifest nor a log (expected: one of them, because " + log + " has a log)");
            }
            begun = Math.max(begun, log);
        }
    }

    private static String segments(int from, int to) {
        return from == to ? "segment " + from : "segments " + from + " to " + to;
    }

    private void verify(Manifest manifest, List<String> differences) {
        var events =
                manifest.files().stream().mapToLong(Manifest.DataFile::events).sum();
        if (events != manifest.events()) {
            differences.add(LakeFiles.manifestOf(manifest.segment()) + ": " + manifest.events() + " events (expected: "
                    + events + ", as its files have together)");
        }
        for (var file : manifest.files()) {
            try {
                verify(manifest.segment(), file, differences);
            } catch (IOException | LakeFailed e) {
                differences.add(file.path() + ": " + e);
            }
        }
    }

    private void verify(int segment, Manifest.DataFile file, List<String> differences) throws IOException {
        var digest = LakeFiles.sha256();
        try (var in = new DigestInputStream(storage.read(file.path()), digest)) {
            in.transferTo(java.io.OutputStream.nullOutputStream());
        }
        if (!HexFormat.of().formatHex(digest.digest()).equals(file.sha256())) {
            differences.add(file.path() + ": other bytes than its manifest says (sha256)");
            return;
        }
        long events = 0;
        var reading = new Open(segment, file);
        try {
            while (reading.advance()) {
                events++;
            }
        } finally {
            reading.close();
        }
        if (events != file.events()) {
            differences.add(file.path() + ": " + events + " events (expected: " + file.events() + ")");
        }
    }

    private final class Open {

        private final int segment;
        private final BufferedReader text;
        private @Nullable LakeRecord current;

        Open(int segment, Manifest.DataFile file) throws IOException {
            this.segment = segment;
            this.text = new BufferedReader(
                    new InputStreamReader(new GZIPInputStream(storage.read(file.path())), StandardCharsets.UTF_8));
        }

        boolean advance() throws IOException {
            var line = text.readLine();
            current = line == null ? null : LakeRecord.read(segment, line);
            return line != null;
        }

        LakeRecord current() {
            if (current == null) {
                throw new IllegalStateException("read past the end of a file");
            }
            return current;
        }

        long number() {
            return current().number();
        }

        void close() throws IOException {
            text.close();
        }
    }
}
