package dev.banyan.bridge.spool;

import dev.banyan.bridge.change.Arrival;
import dev.banyan.bridge.frame.Damaged;
import dev.banyan.bridge.frame.Disk;
import dev.banyan.bridge.frame.FolderLock;
import dev.banyan.bridge.store.FaultSeal;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A spool in a folder of its own, {@code FOLDER/BRIDGE/ID}, as segments of checksummed frames. */
public final class DiskSpool implements Spool {

    /*
     * A frame is one arrival, encrypted. A kill may leave the last segment with frames that are not whole: they are cut off. In an earlier
     * segment, or where later frames follow, it is damage. The legacy database keeps what it was not told of, so a spool that lost whole
     * frames at its end is noticed by the preflight: its end then lies before what the slot has confirmed.
     *
     * One process at a time has the spools of a bridge: who recovers cuts off what its predecessor may still be writing. And each writes to
     * segments of its own.
     *
     * The changes of a transaction larger than memory are forced to a file beside the segment before the frame that counts them.
     *
     * Frames are deleted only once they were taken and are safe elsewhere, so what the store knows of is emptied before it is forgotten. A
     * folder that is not empty is never a left-over: it may be another store's, or this one's from before it was restored.
     */
    private static final Logger LOG = LoggerFactory.getLogger(DiskSpool.class);

    private static final Pattern ID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    /** Of frames taken at once: their rows are in memory together. Those of large transactions are not, and do not count. */
    private static final int TAKEN_BYTES_MAX = 16 << 20;

    /** Where the spools of one bridge lie, what encrypts them, and how large one may get. */
    public record Settings(Path folder, FaultSeal seal, long bytesMax, long segmentBytesMax) {}

    private final Settings settings;
    private final String id;
    private final Path folder;
    private final Deque<Segment> segments = new ArrayDeque<>();
    private final Deque<Segment> taken = new ArrayDeque<>();
    private @Nullable Segment written;
    private @Nullable Arrival end;
    private long bytes;

    private DiskSpool(Settings settings, String id) {
        this.settings = settings;
        this.id = id;
        this.folder = settings.folder.resolve(id);
    }

    /** Takes the spools of the bridge for this process until what is returned is closed; throws {@link SpoolFailed} when another has them. */
    public static Closeable lock(Settings settings) {
        try {
            return FolderLock.tryTake(settings.folder)
                    .orElseThrow(
                            () -> new SpoolFailed(
                                    settings.folder
                                            + ": another process writes to it (expected: one at a time; who lost the lease ends soon, unless it is stopped)"));
        } catch (IOException e) {
            throw failed("locking " + settings.folder, e);
        }
    }

    private static SpoolFailed failed(String what, IOException e) {
        return e instanceof Damaged ? new SpoolUnreadable(what, e) : new SpoolFailed(what, e);
    }

    /** A new spool called {@code id}. */
    public static DiskSpool create(Settings settings, String id) {
        try {
            Files.createDirectories(settings.folder.resolve(id));
            Disk.force(settings.folder);
            Disk.force(settings.folder.resolve(".."));
            return new DiskSpool(settings, id);
        } catch (IOException e) {
            throw new SpoolFailed("making " + settings.folder.resolve(id), e);
        }
    }

    /** The spool called {@code id}, as a process before left it. */
    public static DiskSpool recover(Settings settings, String id) {
        var spool = new DiskSpool(settings, id);
        if (!exists(settings, id)) {
            throw new SpoolFailed(
                    "reading " + spool.folder
                            + ": not there (expected: its disk mounted, which has what the hub does not have; resync gives it up)");
        }
        try {
            spool.recover();
            return spool;
        } catch (IOException e) {
            spool.close();
            throw failed("reading " + spool.folder, e);
        }
    }

    /** True when the spool called {@code id} is in this folder. */
    public static boolean exists(Settings settings, String id) {
        return Files.isDirectory(settings.folder.resolve(id));
    }

    /** Deletes all spools but {@code kept} that are empty. Returns the folders of those that are not: what they hold is in no store. */
    public static List<Path> deleteEmpty(Settings settings, @Nullable String kept) {
        var left = new ArrayList<Path>();
        if (!Files.isDirectory(settings.folder)) {
            return left;
        }
        try {
            for (var each : list(settings.folder)) {
                var name = String.valueOf(each.getFileName());
                if (ID.matcher(name).matches()
                        && !name.equals(kept)
                        && Files.isDirectory(each)
                        && !deleteIfEmpty(each)) {
                    left.add(each);
                }
            }
            return left;
        } catch (IOException e) {
            throw failed("deleting empty spools in " + settings.folder, e);
        }
    }

    private static boolean deleteIfEmpty(Path folder) throws IOException {
        try {
            Files.delete(folder);
            return true;
        } catch (DirectoryNotEmptyException e) {
            return false;
        }
    }

    private static List<Path> list(Path folder) throws IOException {
        try (var found = Files.list(folder)) {
            return found.sorted().toList();
        } catch (UncheckedIOException e) { // so reading on fails
            throw Objects.requireNonNull(e.getCause());
        }
    }

    private void recover() throws IOException {
        var files = list(folder).stream()
                .filter(file -> file.toString().endsWith(".spool"))
                .toList();
        for (var file : files.reversed()) {
            var segment = file.equals(files.getLast()) ? Segment.recover(file) : Segment.finished(file, end == null);
            bytes += segment.bytes();
            segments.addFirst(segment);
            var last = segment.lastFrame();
            if (end == null && last != null) {
                end = ArrivalBytes.read(opened(last), (_, _) -> List.of());
            }
        }
    }

    /** The frame of {@code arrival}; what of it is too large for a frame is in a file beside {@code segment}. */
    private byte[] frame(Segment segment, Arrival arrival) throws IOException {
        var transaction = arrival.transaction();
        if (transaction != null && transaction.isLarge()) {
            segment.wroteBeside(LargeFile.write(segment.beside(arrival.lsn()), transaction.changes(), this::sealed));
            Disk.force(folder);
        }
        return sealed(ArrivalBytes.write(arrival));
    }

    private byte[] sealed(byte[] bytes) {
        return settings.seal.seal("spool " + id, bytes);
    }

    private Arrival open(Segment segment, byte[] frame) {
        return ArrivalBytes.read(opened(frame), (lsn, rows) -> LargeFile.read(segment.beside(lsn), rows, this::opened));
    }

    private byte[] opened(byte[] frame) {
        return settings.seal.open("spool " + id, frame);
    }

    @Override
    public synchronized void append(List<Arrival> arrivals) {
        if (bytes >= settings.bytesMax) {
            throw new SpoolFull(bytes, settings.bytesMax);
        }
        if (arrivals.isEmpty()) {
            return;
        }
        try {
            var segment = written;
            if (segment != null && segment.bytes() < settings.segmentBytesMax) {
                append(segment, arrivals);
                return;
            }
            segment = Segment.create(folder.resolve(String.format(Locale.ROOT, "%08d.spool", nextNumber())));
            try {
                Disk.force(folder);
                append(segment, arrivals);
            } catch (IOException | RuntimeException e) {
                deleteUnused(segment, e);
                throw e;
            }
            segments.add(segment);
            written = segment;
        } catch (IOException e) {
            throw new SpoolFailed("writing to " + folder, e);
        }
    }

    /** On a disk that is full a file can still be made, and each start would leave one. */
    private static void deleteUnused(Segment segment, Exception why) {
        try {
            segment.delete();
        } catch (IOException e) {
            why.addSuppressed(e);
        }
    }

    private void append(Segment segment, List<Arrival> arrivals) throws IOException {
        var before = segment.bytes();
        var frames = new ArrayList<byte[]>(arrivals.size());
        for (var arrival : arrivals) {
            frames.add(frame(segment, arrival));
        }
        segment.append(frames);
        bytes += segment.bytes() - before;
        var last = arrivals.getLast();
        end = last.isLarge() ? new Arrival(null, last.lsn(), last.offset(), last.signal()) : last;
    }

    private int nextNumber() {
        var previous = segments.isEmpty() ? taken.peekLast() : segments.peekLast();
        return previous == null ? 1 : previous.number() + 1;
    }

    @Override
    public synchronized Optional<Arrival> end() {
        return Optional.ofNullable(end);
    }

    @Override
    public synchronized List<Arrival> take(int rowsMax) {
        var arrivals = new ArrayList<Arrival>();
        var rows = 0;
        var frameBytes = 0L;
        try {
            while (rows < rowsMax && frameBytes < TAKEN_BYTES_MAX) {
                var segment = segments.peekFirst();
                if (segment == null) {
                    break;
                }
                var frame = segment.next();
                if (frame == null) {
                    if (segments.size() == 1) {
                        break; // it is still being written
                    }
                    taken.add(segments.removeFirst());
                    continue;
                }
                var arrival = open(segment, frame);
                arrivals.add(arrival);
                rows += Math.max(1, arrival.rows());
                frameBytes += frame.length;
            }
        } catch (IOException e) {
            throw failed("reading " + folder, e);
        }
        return arrivals;
    }

    @Override
    public synchronized void forgetTaken() {
        if (isEmpty()) {
            taken.addAll(segments);
            segments.clear();
            written = null;
        }
        try {
            for (var segment = taken.peekFirst(); segment != null; segment = taken.peekFirst()) {
                bytes -= segment.bytes();
                segment.delete();
                taken.removeFirst();
            }
        } catch (IOException e) {
            throw new SpoolFailed("deleting from " + folder, e);
        }
    }

    @Override
    public synchronized boolean isEmpty() {
        return segments.stream().noneMatch(Segment::hasNext);
    }

    @Override
    public synchronized long bytes() {
        return bytes;
    }

    @Override
    public synchronized void delete() {
        close();
        try {
            deleteFolder(folder);
        } catch (IOException e) {
            throw new SpoolFailed("deleting " + folder, e);
        }
    }

    private static void deleteFolder(Path folder) throws IOException {
        for (var file : list(folder)) {
            Files.deleteIfExists(file);
        }
        Files.deleteIfExists(folder);
    }

    @Override
    public synchronized void close() {
        segments.forEach(this::close);
        taken.forEach(this::close);
    }

    /** What it holds was forced when it was written. */
    private void close(Segment segment) {
        try {
            segment.close();
        } catch (IOException e) {
            LOG.warn("spool: closing {}: {}", folder, e.getMessage());
        }
    }
}
