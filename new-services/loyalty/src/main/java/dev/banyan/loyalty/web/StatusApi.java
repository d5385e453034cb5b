package dev.banyan.loyalty.web;

import dev.banyan.loyalty.account.Accounts;
import dev.banyan.loyalty.feed.FeedStatus;
import dev.banyan.loyalty.feed.LoyaltyFeed;
import dev.banyan.loyalty.ledger.Ledger;
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
    private final LoyaltyFeed feed;
    private final Ledger ledger;
    private final Accounts accounts;

    StatusApi(FeedStatus status, LoyaltyFeed feed, Ledger ledger, Accounts accounts) {
        this.status = status;
        this.feed = feed;
        this.ledger = ledger;
        this.accounts = accounts;
    }

    /** {@code ledger} is what the database holds; all else is counted since the start or the last reset. */
    record Status(
            String topic,
            boolean reading,
            FeedStatus.Counts events,
            FeedStatus.Latency commitToVisibleMillis,
            Accounts.Size ledger,
            List<Partition> partitions) {}

    /** {@code lag} counts the records not yet read; -1 until the hub has said. */
    record Partition(
            int partition, long nextOffset, @Nullable String lastSequence, long lag) {}

    @GetMapping("/internal/status")
    Status status() throws SQLException {
        var now = status.snapshot();
        return new Status(
                ledger.topic(),
                feed.isReading(),
                now.events(),
                now.commitToVisibleMillis(),
                accounts.size(),
                ledger.positions().stream()
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
