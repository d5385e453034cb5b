package dev.banyan.cli.observe;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;

/** Asks the loyalty service for customers' points and compares with what legacy's orders are worth. */
public final class LoyaltyComparison {

    private static final int SHOWN = 10;
    private static final JsonMapper JSON = JsonMapper.shared();

    private final URI site;

    /** How many customers were asked for, how many of them had other points, the first of those in words, and the others. */
    public record Result(int customers, int differing, List<String> examples, Set<Integer> right) {}

    /** Asks at {@code site}, below {@code /loyalty}. */
    public LoyaltyComparison(URI site) {
        this.site = site;
    }

    /** Compares {@code expected}, points by customer number. */
    public Result compare(Map<Integer, Long> expected) throws InterruptedException, IOException {
        var examples = new ArrayList<String>();
        var right = new HashSet<Integer>();
        try (var client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            for (var customer : expected.entrySet()) {
                var request = HttpRequest.newBuilder(site.resolve("/loyalty/api/" + customer.getKey()))
                        .timeout(Duration.ofSeconds(30))
                        .build();
                var reply = client.send(request, BodyHandlers.ofString());
                var points = reply.statusCode() == 200
                        ? JSON.readTree(reply.body()).path("points").asLong(-1)
                        : -1;
                if (points == customer.getValue()) {
                    right.add(customer.getKey());
                } else {
                    examples.add("customer " + customer.getKey() + ": orders are worth " + customer.getValue()
                            + ", the service says " + points + " (status " + reply.statusCode() + ")");
                }
            }
        }
        return new Result(
                expected.size(), examples.size(), examples.stream().limit(SHOWN).toList(), Set.copyOf(right));
    }
}
