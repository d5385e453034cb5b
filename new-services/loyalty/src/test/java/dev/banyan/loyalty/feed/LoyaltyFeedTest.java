package dev.banyan.loyalty.feed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.loyalty.ledger.Ledger;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

class LoyaltyFeedTest {

    @Test
    void anErrorDoesNotEndIt() throws Exception {
        var attempts = new CountDownLatch(2);
        var feed = new LoyaltyFeed(
                new FeedSettings("127.0.0.1:9", "topic", 1),
                new Ledger(new PGSimpleDataSource(), "topic"),
                new FeedStatus(new SimpleMeterRegistry()),
                InstantSource.system(),
                () -> {
                    attempts.countDown();
                    throw new OutOfMemoryError("as by a batch that is too large");
                });
        try (feed) {
            feed.start();

            assertThat(attempts.await(120, TimeUnit.SECONDS)).isTrue();
            assertThat(feed.isReading()).isFalse();
        }
    }
}
