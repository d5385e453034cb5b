package dev.banyan.bridge.lake;

import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.hub.HubPosition;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The event lake of one bridge, open to be written. One process, and of it one thread, uses it. */
public final class Lake implements AutoCloseable {

    /*
     * Once, whatever is killed: a unit of whole transactions is on the disk before the store's position passes it, with the position it
     * reaches. What PostgreSQL sends again up to that position is not appended again. A full segment gets a last unit that ends its log,
     * and from then on only the sealer touches it: its files under names that are the same each time, then its manifest, and only then its
     * log is deleted. Killed anywhere in between, it is sealed again. One segment at a time is sealed, so the newest manifest says up to
     * where all are, and at most two logs are left to be read.
     */
    /** Where the lake is and when a segment is sealed. {@code uri} is what consumers put before the path of a file in it. */
    public record Settings(LakePlace place, String source, long segmentBytesMax, Duration segmentAgeMax, String uri) {

        /** A lake in a folder that consumers find where it is. */
        public Settings(Path folder, String source, long segmentBytesMax, Duration segmentAgeMax) {
            this(new LakePlace.Folder(folder), source, segmentBytesMax, segmentAgeMax);
        }

        /** A lake that consumers find where it is. */
        public Settings(LakePlace place, String source, long segmentBytesMax, Duration segmentAgeMax) {
            this(place, source, segmentBytesMax, segmentAgeMax, place.uri());
        }
    }

    /** The most bytes of data, as UTF-8, of one event: what a slow bucket still takes in one call. */
    public static final int DATA_BYTES_MAX = 128 << 20;

    private final Settings settings;
    private final LakeFiles files;
    private final InstantSource clock;
    private final LakeStorage storage;
    private final Closeable lock;
    private final Sealer sealer;
    private final Map<String, Long> countByName = new HashMap<>();
    private @Nullable HubPosition reach;
    private int segment;
    private LakeLog log;
    private boolean isOurs;
    private long next;
    private long startedMs;

    private Lake(Settings settings, InstantSource clock, LakeStorage storage, Closeable lock, Sealer sealer)
            throws IOException {
        this.settings = settings;
        this.clock = clock;
        this.storage = storage;
        this.lock = lock;
        this.files = new LakeFiles(storage);
        this.sealer = sealer;
        var newest = files.newest();
        if (newest != null) {
            segment = newest.segment();
            reach = newest.reach();
        }
        files.deleteLogsUpTo(segment);
        log = recover();
        startedMs = clock.millis();
    }

    /** The log to go on with. One that has ended comes before it when a kill, or a fault, kept it from being sealed. */
    private LakeLog recover() throws IOException {
        while (true) {
            segment++;
            next = 0;
            var units = new ArrayList<LakeUnit>();
            var found = storage.openLog(segment, units);
            units.forEach(this::recovered);
            var sealed = units.isEmpty() ? files.sealed(segment) : null;
            if (sealed != null) { // by another one, since the newest manifest was looked for
                found.close();
                reach = sealed.reach();
            } else if (units.isEmpty() || !units.getLast().isEnd()) {
                return found;
            } else {
                found.close();
                sealer.begin(segment, reach);
            }
        }
    }

    private void recovered(LakeUnit unit) {
        next += unit.lines().size();
        if (unit.reach() != null) {
            reach = unit.reach();
        }
        if (!unit.name().isEmpty()) {
            countByName.put(unit.name(), unit.countByName());
        }
    }

    /** Opens the lake of {@code settings} to write, making it if it is not there. */
    public static Lake open(Settings settings, InstantSource clock) {
        return open(settings, clock, storage(settings.place));
    }

    static Lake open(Settings settings, InstantSource clock, LakeStorage storage) {
        try {
            var lock = storage.lock();
            var sealer = new Sealer(storage);
            try {
                return new Lake(settings, clock, storage, lock, sealer);
            } catch (IOException | RuntimeException e) {
                sealer.close();
                lock.close();
                throw e;
            }
        } catch (IOException e) {
            storage.close();
            throw new LakeFailed("opening " + settings.place, e);
        } catch (RuntimeException e) {
            storage.close();
            throw e;
        }
    }

    static LakeStorage storage(LakePlace place) {
        return switch (place) {
            case LakePlace.Folder(var folder) -> new FolderStorage(folder);
            case LakePlace.Bucket bucket -> new BucketStorage(bucket);
        };
    }

    /** Lets {@code onOurs} say what of the position that the lake reaches is on the log that is read now. */
    public void carry(UnaryOperator<HubPosition> onOurs) {
        reach = reach == null ? null : onOurs.apply(reach);
    }

    /** True when the events of {@code position} are in the lake. */
    public boolean covers(HubPosition position) {
        return reach != null && reach.covers(position);
    }

    /** Appends {@code events}, whole transactions up to {@code position}; they are on the disk when this returns. */
    public void append(List<DomainEvent> events, HubPosition position) {
        append(new LakeUnit("", 0, position, lines(events)));
    }

    /** Appends {@code events} that may come again after a kill, with others among them: what the lake reaches stays. */
    public void append(List<DomainEvent> events) {
        append(new LakeUnit("", 0, null, lines(events)));
    }

    /** Appends {@code events}, of a past position or a part of a transaction, which are number {@code from} and on of what bears {@code name}; each once. */
    public void appendOnce(String name, long from, List<DomainEvent> events) {
        var lacking = lacking(name, from, events);
        if (!lacking.isEmpty()) {
            append(new LakeUnit(name, from + events.size() - lacking.size(), null, lines(lacking)));
        }
    }

    /** Those of {@code events}, number {@code from} and on of what bears {@code name}, that were not appended under it. */
    public List<DomainEvent> lacking(String name, long from, List<DomainEvent> events) {
        try {
            var count = countByName.get(name);
            if (count == null) {
                count = files.countByName(name);
                countByName.put(name, count);
            }
            return events.subList(Math.clamp(count - from, 0, events.size()), events.size());
        } catch (IOException e) {
            throw new LakeFailed("reading " + settings.place, e);
        }
    }

    /** Keeps the data of an event that is too large for the hub in a file of its own; on the disk when this returns where it is. */
    public String claim(DomainEvent event) {
        try {
            return settings.uri + (settings.uri.endsWith("/") ? "" : "/") + files.claim(event);
        } catch (IOException e) {
            throw new LakeFailed("keeping the data of event " + event.id() + " in " + settings.place, e);
        }
    }

    private List<String> lines(List<DomainEvent> events) {
        var lines = new ArrayList<String>(events.size());
        for (var event : events) {
            lines.add(new LakeRecord(segment, next + lines.size(), settings.source, event).line());
        }
        return lines;
    }

    private void append(LakeUnit unit) {
        try {
            sealer.check();
            log.append(unit);
            if (!isOurs) {
                makeOurs();
            }
            recovered(unit);
            if (log.bytes() >= settings.segmentBytesMax
                    || clock.millis() - startedMs >= settings.segmentAgeMax.toMillis()) {
                endSegment();
            }
        } catch (IOException e) {
            throw new LakeFailed("writing to " + settings.place, e);
        }
    }

    /** A number in a log that another one sealed and deleted is free again; one that is ours, and not sealed, lets nobody else go on with the log. */
    private void makeOurs() throws IOException {
        if (files.sealed(segment) != null) {
            throw new LakeFailed(LakeFiles.sealedByOther(segment));
        }
        isOurs = true;
    }

    private void endSegment() throws IOException {
        startedMs = clock.millis();
        if (next == 0) {
            return;
        }
        sealer.await();
        log.append(LakeUnit.END);
        log.close();
        sealer.begin(segment, reach);
        segment++;
        next = 0;
        log = storage.beginLog(segment);
        isOurs = false;
    }

    /** Turns what was appended so far into compressed files, and returns when that is done. */
    public void seal() {
        try {
            endSegment();
            sealer.await();
        } catch (IOException e) {
            throw new LakeFailed("writing to " + settings.place, e);
        }
    }

    /** Waits for the segment that is being sealed, if it does not take too long: what is not sealed is when the lake is opened again. */
    @Override
    public void close() {
        sealer.close();
        try {
            log.close();
            lock.close();
        } catch (IOException e) {
            throw new LakeFailed("closing " + settings.place, e);
        } finally {
            storage.close();
        }
    }
}
