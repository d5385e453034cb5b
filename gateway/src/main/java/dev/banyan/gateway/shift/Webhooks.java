package dev.banyan.gateway.shift;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * Posts every move to addresses that want to know, as JSON. Never waits: a thread for each address works off a queue, tries
 * again for a while, and what does not fit into the queue is dropped and counted. The journal has all of it.
 */
public final class Webhooks implements Consumer<Entry>, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Webhooks.class);

    private static final int QUEUE_MAX = 1_000;
    private static final int ATTEMPTS_MAX = 6;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration ANSWER_MAX = Duration.ofSeconds(5);

    private final JsonMapper json = new JsonMapper();
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(ANSWER_MAX).build();
    private final List<Target> targets;
    private final Duration firstPause;

    private final class Target {
        private final URI url;
        private final LinkedBlockingQueue<String> queue = new LinkedBlockingQueue<>(QUEUE_MAX);
        private final LongAdder lost = new LongAdder();
        private final Thread thread;

        private Target(URI url) {
            this.url = url;
            this.thread = Thread.ofVirtual().name("webhook").start(this::run);
        }

        private void run() {
            try {
                while (true) {
                    deliver(queue.take());
                }
            } catch (InterruptedException e) {
                LOG.debug("webhook {} ends", url.getHost(), e);
            }
        }

        private void deliver(String body) throws InterruptedException {
            Duration pause = firstPause;
            for (int attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
                String wrong = post(body);
                if (wrong == null) {
                    return;
                }
                if (attempt == ATTEMPTS_MAX) {
                    lost.increment();
                    LOG.warn("webhook {}: given up after {} attempts: {}", url.getHost(), ATTEMPTS_MAX, wrong);
                    return;
                }
                Thread.sleep(pause);
                pause = pause.multipliedBy(2);
            }
        }

        private @org.jspecify.annotations.Nullable String post(String body) throws InterruptedException {
            try {
                var request = HttpRequest.newBuilder(url)
                        .timeout(ANSWER_MAX)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build();
                int status = client.send(request, HttpResponse.BodyHandlers.discarding())
                        .statusCode();
                return status / 100 == 2 ? null : "status " + status;
            } catch (java.io.IOException | RuntimeException | Error e) {
                return e.toString(); // also of an address that the client cannot even try
            }
        }
    }

    /** Posts to these addresses, http or https. */
    public Webhooks(List<URI> urls) {
        this(urls, FIRST_PAUSE);
    }

    Webhooks(List<URI> urls, Duration firstPause) {
        this.firstPause = firstPause;
        this.targets = urls.stream().map(Target::new).toList();
    }

    @Override
    public void accept(Entry entry) {
        if (targets.isEmpty()) {
            return;
        }
        String body = json.writeValueAsString(told(entry));
        for (Target target : targets) {
            if (!target.queue.offer(body)) {
                target.lost.increment();
            }
        }
    }

    /** An entry as it is told outside: flat, in words that do not change with our own. */
    public static Map<String, Object> told(Entry entry) {
        var map = new LinkedHashMap<String, Object>();
        map.put("route", entry.after().route());
        map.put("generation", entry.after().generation());
        map.put("number", entry.after().number());
        map.put("at", entry.at().toString());
        map.put("event", entry.event());
        map.put("from", entry.from());
        map.put("to", entry.after().state().word());
        map.put("words", entry.words());
        map.put("by", entry.by());
        map.put("reason", entry.reason());
        if (entry.judgement() != null) {
            map.put("verdict", entry.judgement().verdict().name().toLowerCase(java.util.Locale.ROOT));
            map.put("limits", entry.judgement().limits());
        }
        return map;
    }

    /** How many deliveries were dropped or given up. */
    public long lost() {
        return targets.stream().mapToLong(each -> each.lost.sum()).sum();
    }

    @Override
    public void close() {
        targets.forEach(each -> each.thread.interrupt());
        client.shutdownNow();
    }
}
