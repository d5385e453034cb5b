package dev.banyan.catalog.web;

import dev.banyan.catalog.browse.Shelf;
import dev.banyan.catalog.feed.CatalogFeed;
import dev.banyan.catalog.feed.FeedStatus;
import dev.banyan.catalog.projection.ReadModel;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The figures for operators. No route of the gateway leads here. */
@RestController
public final class StatusApi {

    private final FeedStatus status;
    private final CatalogFeed feed;
    private final ReadModel readModel;
    private final Shelf shelf;

    StatusApi(FeedStatus status, CatalogFeed feed, ReadModel readModel, Shelf shelf) {
        this.status = status;
        this.feed = feed;
        this.readModel = readModel;
        this.shelf = shelf;
    }

    /** {@code readModel} is what the database holds; all else is counted since the start or the last reset. */
    record Status(
            String topic,
            boolean reading,
            FeedStatus.Counts events,
            FeedStatus.Latency commitToVisibleMillis,
            Shelf.Size readModel,
            List<Partition> partitions) {}

    /** {@code lag} counts the records not yet read; -1 until the hub has said. */
    record Partition(
            int partition, long nextOffset, @Nullable String lastSequence, long lag) {}

    @GetMapping("/internal/status")
    Status status() throws SQLException {
        var now = status.snapshot();
        return new Status(
                readModel.topic(),
                feed.isReading(),
                now.events(),
                now.commitToVisibleMillis(),
                shelf.size(),
                readModel.positions().stream()
                        .map(position -> new Partition(
                                position.partition(),
                                position.nextOffset(),
                                position.lastSequence(),
                                now.lag().getOrDefault(position.partition(), -1L)))
                        .toList());
    }

    @PostMapping("/internal/status/reset")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void reset() {
        status.reset();
    }
}
