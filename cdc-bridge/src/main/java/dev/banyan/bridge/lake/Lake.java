package dev.banyan.bridge.lake;

import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.hub.HubPosition;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The event lake of one bridge, open to be written. One process, and of it one thread, uses it. */
public final class Lake implements AutoCloseable {

    /*
     * Once, whatever is killed: a unit of whole transactions is on the disk before the store's position passes it, with the position it
     * reaches. What PostgreSQL sends again up to that position is not appended again. A segment is sealed by writing its files under names
     * that are the same each time, then its manifest; only then its log is deleted. Killed anywhere in between, it is sealed again.
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

    private final Settings settings;
    private final LakeFiles files;
    private final InstantSource clock;
    private final LakeStorage storage;
    private final Closeable lock;
    private final Set<String> named = new HashSet<>();
    private @Nullable HubPosition reach;
    private int segment;
    private LakeLog log;
    private long next;
    private long startedMs;

    private Lake(Settings settings, InstantSource clock, LakeStorage storage, Closeable lock) throws IOException {
        this.settings = settings;
        this.clock = clock;
        this.storage = storage;
        this.lock = lock;
        this.files = new LakeFiles(storage);
        for (var manifest : files.manifests()) {
            segment = manifest.segment();
            named.addAll(manifest.named());
            if (manifest.reach() != null) {
                reach = manifest.reach();
            }
        }
        files.deleteLogsUpTo(segment);
        segment++;
        var units = new ArrayList<LakeUnit>();
        log = storage.openLog(segment, units);
        units.forEach(this::recovered);
        startedMs = clock.millis();
    }

    private void recovered(LakeUnit unit) {
        next += unit.lines().size();
        if (unit.reach() != null) {
            reach = unit.reach();
        }
        if (!unit.name().isEmpty()) {
            named.add(unit.name());
        }
    }

    /** Opens the lake of {@code settings} to write, making it if it is not there. */
    public static Lake open(Settings settings, InstantSource clock) {
        var storage = storage(settings.place);
        try {
            var lock = storage.lock();
            try {
                return new Lake(settings, clock, storage, lock);
            } catch (IOException | RuntimeException e) {
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

    /** True when the events of {@code position} are in the lake. */
    public boolean covers(HubPosition position) {
        return reach != null && reach.covers(position);
    }

    /** Appends {@code events}, whole transactions up to {@code position}; they are on the disk when this returns. */
    public void append(List<DomainEvent> events, HubPosition position) {
        append(new LakeUnit("", position, lines(events)));
    }

    /** Appends {@code events} of a past position once: the second time nothing under {@code name} is written. */
    public void appendOnce(String name, List<DomainEvent> events) {
        if (!named.contains(name)) {
            append(new LakeUnit(name, null, lines(events)));
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
            log.append(unit);
            recovered(unit);
            if (log.bytes() >= settings.segmentBytesMax
                    || clock.millis() - startedMs >= settings.segmentAgeMax.toMillis()) {
                seal();
            }
        } catch (IOException e) {
            throw new LakeFailed("writing to " + settings.place, e);
        }
    }

    /** Turns what was appended so far into compressed files; nothing happens when there is nothing. */
    public void seal() {
        try {
            startedMs = clock.millis();
            if (next == 0) {
                return;
            }
            log.close();
            files.seal(segment, storage.readLog(segment), reach);
            files.deleteLogsUpTo(segment);
            segment++;
            next = 0;
            log = storage.openLog(segment, new ArrayList<>());
        } catch (IOException e) {
            throw new LakeFailed("sealing a segment in " + settings.place, e);
        }
    }

    @Override
    public void close() {
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
