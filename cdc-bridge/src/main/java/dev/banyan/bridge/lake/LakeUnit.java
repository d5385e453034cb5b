package dev.banyan.bridge.lake;

import dev.banyan.bridge.hub.HubPosition;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * What one append wrote: the events of whole transactions. {@code reach} is how far the lake has got with it; {@code name} names a unit
 * that does not move it (what was resubmitted) and is empty else.
 */
record LakeUnit(String name, @Nullable HubPosition reach, List<String> lines) {

    private static final JsonMapper JSON = JsonMapper.shared();

    LakeUnit {
        lines = List.copyOf(lines);
    }

    private record Head(String name, @Nullable HubPosition reach, int events) {}

    /** The unit as text: a line about it, then its lines. */
    byte[] bytes() {
        var text = new StringBuilder(JSON.writeValueAsString(new Head(name, reach, lines.size())));
        lines.forEach(line -> text.append('\n').append(line));
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    static LakeUnit read(byte[] bytes) {
        var lines = new String(bytes, StandardCharsets.UTF_8).split("\n", -1);
        var head = JSON.readValue(lines[0], Head.class);
        return new LakeUnit(head.name, head.reach, List.of(lines).subList(1, lines.length));
    }
}
