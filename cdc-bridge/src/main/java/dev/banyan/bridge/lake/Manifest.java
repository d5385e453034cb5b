package dev.banyan.bridge.lake;

import dev.banyan.bridge.hub.HubPosition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a sealed segment holds; the segment counts from the moment this file is there. {@code reach} is how far the lake had got at its end. */
public record Manifest(int segment, long events, @Nullable HubPosition reach, List<DataFile> files) {

    public Manifest {
        files = List.copyOf(files);
    }

    /** One compressed file of a segment: the events of one date and one type. Times are ISO instants; {@code path} is relative to the lake. */
    public record DataFile(
            String path, String date, String type, long events, long bytes, String sha256, String from, String to) {}
}
