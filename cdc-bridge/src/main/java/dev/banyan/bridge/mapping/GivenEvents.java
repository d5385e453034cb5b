package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.LargeList;
import dev.banyan.bridge.change.PartEvent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Events of one transaction in their order, with the rules that named them. Those that are too many for memory lie in a file. */
final class GivenEvents {

    /** How many events are in memory before they go to a file. */
    static final int IN_MEMORY = 20_000;

    /** Where they are: {@code inMemory} at most in memory. */
    record Room(NumberedRules rules, int inMemory) {}

    private final Room room;
    private final long commitLsn;
    private final List<Named> inMemory = new ArrayList<>();
    private long bytes;
    private @Nullable LargeList<PartEvent> file;

    GivenEvents(Room room, long commitLsn) {
        this.room = room;
        this.commitLsn = commitLsn;
    }

    int size() {
        return file == null ? inMemory.size() : file.size();
    }

    boolean isInFile() {
        return file != null;
    }

    void add(Named named) {
        var rest = file;
        if (rest == null && (inMemory.size() >= room.inMemory || bytes >= LargeList.HEAD_BYTES_MAX)) {
            rest = new LargeList<>(0, PartEvent.CODEC);
            for (var each : inMemory) {
                rest.add(room.rules.numbered(each));
            }
            inMemory.clear();
            file = rest;
        }
        if (rest != null) {
            rest.add(room.rules.numbered(named));
            return;
        }
        inMemory.add(named);
        bytes += named.event().characters() + (named.told() == null ? 0 : named.told().length);
    }

    /** All of them, as often as one likes; those in a file have sequences with that many {@code digits}. */
    Iterable<Named> all(int digits) {
        return file == null ? inMemory : room.rules.named(commitLsn, file, digits);
    }

    /** The same as those of a part of a transaction; those in a file are read in their order alone. */
    List<PartEvent> ofPart() {
        return file == null ? inMemory.stream().map(room.rules::numbered).toList() : file;
    }
}
