package dev.banyan.cli.load;

import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Everybody who uses the shop during a run: shoppers with browsers and users of the mobile application, until closed. */
public final class Crowd implements AutoCloseable {

    private static final Duration CLICK = Duration.ofMillis(800);
    private static final Duration TAP = Duration.ofMillis(600);
    private static final Duration LOOK_UP = Duration.ofMillis(60);
    private static final Duration CLOSING = Duration.ofSeconds(20);

    private final Tally tally = new Tally();
    private final SideWatch sides = new SideWatch();
    private final Writes writes;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final List<Thread> threads = new ArrayList<>();
    private final List<Runnable> partners = new ArrayList<>();
    private volatile boolean partnersAreHere;
    private final HttpClient client;
    private final ScheduledExecutorService limits = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("reply-limits").factory());

    /**
     * Who comes: {@code shoppers} are the customers 1, 2, 3 and so on, {@code mobile} those after them. {@code skus} are the products that
     * the mobile application orders and reprices, and that {@code partners} look up.
     */
    public record Size(int shoppers, int mobile, int partners, List<String> skus, long seed) {
        public Size {
            skus = List.copyOf(skus);
        }
    }

    /** Opens the shop at {@code site}. */
    public Crowd(URI site, Size size) {
        this.writes = new Writes("demo-" + size.seed());
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(Duration.ofSeconds(5))
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .build();
        var random = new SplittableRandom(size.seed());
        for (var number = 1; number <= size.shoppers(); number++) {
            var own = random.split();
            var person = new Person(client, limits, site, tally, sides);
            var shopper = new Shopper(person, tally, writes, new Pace(this, own, CLICK), own, site, number);
            start("shopper-" + number, shopper::visit);
        }
        for (var number = size.shoppers() + 1; number <= size.shoppers() + size.mobile(); number++) {
            var own = random.split();
            var person = new Person(client, limits, site, tally, sides);
            var app = new MobileApp(person, writes, new Pace(this, own, TAP), own, size.skus(), number);
            start("mobile-" + number, app::tap);
        }
        for (var number = 1; number <= size.partners(); number++) {
            var own = random.split();
            var name = "partner-" + number;
            var partner = new Partner(
                    name,
                    () -> new Person(client, limits, site, tally, sides),
                    new Pace(this, own, LOOK_UP),
                    own,
                    size.skus());
            partners.add(() -> start(name, partner::lookUp, () -> partnersAreHere));
        }
    }

    private interface Visit {
        void run() throws InterruptedException;
    }

    /** Lets the partners' servers come, until they are told to leave. */
    public void partnersCome() {
        partnersAreHere = true;
        partners.forEach(Runnable::run);
    }

    /** Lets the partners' servers finish the request they wait for, then leave. */
    public void partnersLeave() {
        partnersAreHere = false;
    }

    private void start(String name, Visit visit) {
        start(name, visit, () -> true);
    }

    private void start(String name, Visit visit, BooleanSupplier stays) {
        threads.add(Thread.ofVirtual().name(name).start(() -> {
            try {
                while (isOpen() && stays.getAsBoolean()) {
                    visit.run();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // the shop closes
            } catch (RuntimeException e) {
                tally.fail(name, "the load generator itself: " + e);
            }
        }));
    }

    boolean isOpen() {
        return closed.getCount() > 0;
    }

    /** Waits for {@code time}, or less when the shop closes. */
    void awaitClosed(Duration time) throws InterruptedException {
        var _ = closed.await(time.toNanos(), TimeUnit.NANOSECONDS);
    }

    public Tally tally() {
        return tally;
    }

    public SideWatch sides() {
        return sides;
    }

    public Writes writes() {
        return writes;
    }

    /** Lets everybody finish the request they wait for, then leave. */
    @Override
    public void close() {
        closed.countDown();
        var deadline = System.nanoTime() + CLOSING.toNanos();
        try {
            for (var thread : threads) {
                thread.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        client.shutdownNow();
        limits.shutdownNow();
    }
}
