package dev.banyan.bridge.lake;

import dev.banyan.bridge.hub.HubPosition;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * What one append wrote. With {@code reach} these are the events of whole transactions, and how far the lake has got with them. With a
 * {@code name} it does not move the lake: a part of a transaction, or what was resubmitted; its events are number {@code from} and on of all that bear it.
 * With neither these are events of a unit that comes again after a kill, because something was parked with it.
 */
record LakeUnit(String name, long from, @Nullable HubPosition reach, List<String> lines) {

    private static final JsonMapper JSON = JsonMapper.shared();

    /** The last unit of a log: nobody may append to that log any more. */
    static final LakeUnit END = new LakeUnit("", 0, null, List.of());

    LakeUnit {
        lines = List.copyOf(lines);
    }

    private record Head(String name, long from, @Nullable HubPosition reach, int events) {}

    boolean isEnd() {
        return equals(END);
    }

    /** How many events bear its name, those before it and its own. */
    long countByName() {
        return from + lines.size();
    }

    /** The unit as text: a line about it, then its lines. */
    byte[] bytes() {
        var text = new StringBuilder(JSON.writeValueAsString(new Head(name, from, reach, lines.size())));
        lines.forEach(line -> text.append('\n').append(line));
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    static LakeUnit read(byte[] bytes) {
        var lines = new String(bytes, StandardCharsets.UTF_8).split("\n", -1);
        var head = JSON.readValue(lines[0], Head.class);
        return new LakeUnit(head.name, head.from, head.reach, List.of(lines).subList(1, lines.length));
    }
}
