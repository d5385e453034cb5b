package dev.banyan.cli.observe;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Asks legacy and the catalogue, both directly, for every product and every page of the listing, and compares field by field. */
public final class CatalogComparison {

    private static final int AT_ONCE = 8;
    private static final int PAGE = 100;
    private static final JsonMapper JSON = JsonMapper.shared();

    private final URI legacy;
    private final URI catalog;

    /** {@code products} asked for, {@code differing} of them, {@code pages} of the listing that were compared, and what differed. */
    public record Result(int products, int differing, int pages, int pagesDiffering, List<String> examples) {}

    private record Answer(int status, String body) {}

    public CatalogComparison(URI legacy, URI catalog) {
        this.legacy = legacy;
        this.catalog = catalog;
    }

    /** Compares the products {@code skus}, listed or not, and all pages of the listing. */
    public Result compare(List<String> skus) throws InterruptedException, IOException {
        try (var client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            var examples = new ConcurrentLinkedQueue<String>();
            var products = compareAll(
                    client, skus.stream().map(sku -> "/api/catalog/" + sku).toList(), examples);
            var total = JSON.readTree(
                            get(client, legacy, "/api/catalog?page=1&size=1").body())
                    .path("total")
                    .asInt();
            var paths = new ArrayList<String>();
            for (var page = 1; page <= Math.ceilDiv(total, PAGE) + 1; page++) {
                paths.add("/api/catalog?page=" + page + "&size=" + PAGE);
            }
            var pages = compareAll(client, paths, examples);
            return new Result(
                    skus.size(),
                    products,
                    paths.size(),
                    pages,
                    examples.stream().limit(10).toList());
        }
    }

    private int compareAll(HttpClient client, List<String> paths, ConcurrentLinkedQueue<String> examples) {
        var differing = new AtomicInteger();
        var permits = new Semaphore(AT_ONCE);
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var path : paths) {
                executor.execute(() -> {
                    permits.acquireUninterruptibly();
                    try {
                        var difference = difference(get(client, legacy, path), get(client, catalog, path));
                        if (!difference.isEmpty()) {
                            differing.incrementAndGet();
                            examples.add(path + difference);
                        }
                    } catch (IOException | InterruptedException | JacksonException e) {
                        differing.incrementAndGet(); // not comparable is not equal
                        examples.add(path + ": " + e);
                    } finally {
                        permits.release();
                    }
                });
            }
        }
        return differing.get();
    }

    private static String difference(Answer old, Answer fresh) {
        if (old.status() != fresh.status()) {
            return ": legacy answers " + old.status() + ", the catalogue " + fresh.status();
        }
        var one = JSON.readTree(old.body());
        var two = JSON.readTree(fresh.body());
        if (one.equals(two)) {
            return "";
        }
        var difference = Folded.difference("", one, two);
        return difference.isEmpty() ? ": a field that only one of them has" : difference;
    }

    private static Answer get(HttpClient client, URI base, String path) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(base.resolve(path))
                .header("Accept", "application/json")
                .timeout(Duration.ofSeconds(30))
                .build();
        var response = client.send(request, BodyHandlers.ofString());
        return new Answer(response.statusCode(), response.body());
    }
}
