package dev.banyan.cli.observe;

import dev.banyan.cli.load.Latencies;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Measures how long a committed change takes to be seen: writes a price into legacy's table, as the nightly job does, and
 * asks the catalogue service until it shows that price. One after the other until closed.
 */
public final class PriceProbe implements AutoCloseable {

    private static final Duration ASK_EVERY = Duration.ofMillis(3);
    private static final Duration ASK_LATE_EVERY = Duration.ofMillis(100);
    private static final Duration LATE = Duration.ofSeconds(1);
    private static final Duration REST = Duration.ofMillis(300);
    private static final Duration GIVE_UP = Duration.ofSeconds(60);
    private static final long WATERMARK_CENTS = 99_999_99; // above every price that a probe writes

    private final URI catalog;
    private final String jdbcUrl;
    private final List<String> skus;
    private final Latencies latencies = new Latencies();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final Thread thread;
    private volatile boolean counting = true;
    private volatile boolean stopped;
    private final AtomicInteger disturbances = new AtomicInteger();

    /** Nobody else may write the regular price of {@code skus} meanwhile. */
    public PriceProbe(String jdbcUrl, URI catalog, List<String> skus) {
        this.jdbcUrl = jdbcUrl;
        this.catalog = catalog;
        this.skus = List.copyOf(skus);
        this.thread = Thread.ofVirtual().name("price-probe").start(this::run);
    }

    private void run() {
        try (var legacy = DriverManager.getConnection(jdbcUrl);
                var client = HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .build()) {
            for (var number = 0; !stopped; number++) {
                var disturbed = disturbances.get();
                var nanos = one(
                        legacy, client, skus.get(number % skus.size()), BigDecimal.valueOf(1000 + number % 90_000, 2));
                if (nanos >= 0 && counting && disturbed == disturbances.get()) {
                    latencies.add(Duration.ofNanos(nanos));
                }
                Thread.sleep(REST);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (SQLException | RuntimeException e) {
            if (!stopped) { // else it was cut off: an interrupt closes the socket that a virtual thread waits for
                failure.set(e);
            }
        }
    }

    /** Returns the nanoseconds from the commit's return to the reply that shows the price; -1 when stopped before that. */
    private long one(Connection legacy, HttpClient client, String sku, BigDecimal price)
            throws SQLException, InterruptedException {
        write(legacy, sku, price);
        var committed = System.nanoTime();
        var request = request(sku);
        while (!stopped) {
            if (shows(client, request, price)) {
                return System.nanoTime() - committed;
            }
            var waited = System.nanoTime() - committed;
            if (waited > GIVE_UP.toNanos()) {
                throw new IllegalStateException("the catalogue did not show " + price + " for " + sku + " within "
                        + GIVE_UP.toSeconds() + " s");
            }
            Thread.sleep(waited < LATE.toNanos() ? ASK_EVERY : ASK_LATE_EVERY);
        }
        return -1;
    }

    private static void write(Connection legacy, String sku, BigDecimal price) throws SQLException {
        try (var statement = legacy.prepareStatement("update prd_prc set amt = ? where prd_no = ? and prc_typ = 'R'")) {
            statement.setBigDecimal(1, price);
            statement.setString(2, sku);
            if (statement.executeUpdate() != 1) { // commits: the connection is in auto-commit mode
                throw new IllegalStateException("no regular price of " + sku);
            }
        }
    }

    private HttpRequest request(String sku) {
        return HttpRequest.newBuilder(catalog.resolve("/api/catalog/" + sku))
                .timeout(Duration.ofSeconds(5))
                .build();
    }

    private static boolean shows(HttpClient client, HttpRequest request, BigDecimal price) throws InterruptedException {
        try {
            var wanted = "\"" + price.toPlainString() + "\"";
            return client.send(request, BodyHandlers.ofString()).body().contains(wanted);
        } catch (IOException e) {
            return false; // the service is being killed and started: keep asking
        }
    }

    /** Writes one more price by {@code legacy}, after {@link #close}; whether it became visible within {@code patience}. */
    public boolean watermark(Connection legacy, Duration patience) throws SQLException, InterruptedException {
        try (var client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            var sku = skus.getFirst();
            var price = BigDecimal.valueOf(WATERMARK_CENTS, 2);
            write(legacy, sku, price);
            var deadline = System.nanoTime() + patience.toNanos();
            while (!shows(client, request(sku), price)) {
                if (System.nanoTime() > deadline) {
                    return false;
                }
                Thread.sleep(ASK_EVERY);
            }
            return true;
        }
    }

    /** From now on something is killed on purpose: what is measured meanwhile does not count. */
    public void pause() {
        counting = false;
        disturbances.incrementAndGet();
    }

    /** Counts again, beginning with the next change. */
    public void resume() {
        disturbances.incrementAndGet();
        counting = true;
    }

    /** Returns what was measured while nothing was killed. */
    public Latencies latencies() {
        var failed = failure.get();
        if (failed != null) {
            throw new IllegalStateException("measuring commit to visible: " + failed, failed);
        }
        return latencies;
    }

    @Override
    public void close() {
        stopped = true;
        thread.interrupt();
        try {
            thread.join(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
