package dev.banyan.cli.load;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * One person's browser: cookies of its own, no redirect followed unseen, each request counted in the {@link Tally}. One
 * request at a time; not for use by several threads.
 */
public final class Person {

    private static final Duration TIMEOUT = Duration.ofSeconds(15);

    private final HttpClient client;
    private final ScheduledExecutorService limits;
    private final URI site;
    private final Tally tally;
    private final Map<String, String> cookies = new TreeMap<>();
    private final SideWatch sides;
    private SideWatch.Person side;

    Person(HttpClient client, ScheduledExecutorService limits, URI site, Tally tally, SideWatch sides) {
        this.client = client;
        this.limits = limits;
        this.site = site;
        this.tally = tally;
        this.sides = sides;
        this.side = sides.newPerson();
    }

    /** Another person sits down: no cookies, no history. */
    void leave() {
        cookies.clear();
        side = sides.newPerson();
    }

    /** Fetches a page as a navigation of the browser does; {@code right} says whether it is the page that was meant. */
    public Outcome page(String path, Predicate<Reply> right) throws InterruptedException {
        return send(
                request(path)
                        .header("Accept", "text/html,*/*;q=0.8")
                        .header("Sec-Fetch-Mode", "navigate")
                        .header("Sec-Fetch-Dest", "document")
                        .GET(),
                right);
    }

    /** Fetches JSON as the script of a page does. */
    public Outcome json(String path, Predicate<Reply> right) throws InterruptedException {
        return send(request(path).header("Accept", "application/json").GET(), right);
    }

    /** Fetches JSON as a partner's server does, on behalf of a customer. */
    Outcome onBehalf(String path, String customer, Predicate<Reply> right) throws InterruptedException {
        return send(
                request(path)
                        .header("Accept", "application/json")
                        .header("X-Customer-Id", customer)
                        .GET(),
                right);
    }

    /** Sends a form. */
    public Outcome form(String path, Map<String, String> fields, Predicate<Reply> right) throws InterruptedException {
        var body = fields.entrySet().stream()
                .map(field -> encode(field.getKey()) + "=" + encode(field.getValue()))
                .collect(Collectors.joining("&"));
        return send(
                request(path)
                        .header("Accept", "text/html,*/*;q=0.8")
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(BodyPublishers.ofString(body)),
                right);
    }

    /** Calls the JSON API of the mobile application. */
    public Outcome api(String method, String path, String key, String json, Predicate<Reply> right)
            throws InterruptedException {
        BodyPublisher body = json.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(json);
        var request = request(path).header("Accept", "application/json").header("X-Api-Key", key);
        if (!json.isEmpty()) {
            request.header("Content-Type", "application/json");
        }
        return send(request.method(method, body), right);
    }

    static String encode(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(site.resolve(path)).timeout(TIMEOUT);
    }

    private Outcome send(HttpRequest.Builder builder, Predicate<Reply> right) throws InterruptedException {
        if (!cookies.isEmpty()) {
            builder.header(
                    "Cookie",
                    cookies.entrySet().stream()
                            .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
                            .collect(Collectors.joining("; ")));
        }
        var request = builder.build();
        var began = side.begin();
        var start = System.nanoTime();
        var outcome = exchange(request);
        if (outcome instanceof Outcome.Answered(var reply)) {
            keepCookies(reply);
            side.answered(began, reply);
        }
        tally.count(request, outcome, right, System.nanoTime() - start);
        return outcome;
    }

    private Outcome exchange(HttpRequest request) throws InterruptedException {
        HttpResponse<InputStream> response;
        try {
            response = client.send(request, BodyHandlers.ofInputStream());
        } catch (IOException e) {
            return new Outcome.Unanswered(describe(e));
        }
        var body = response.body();
        // The client's own time limit ends with the head: this one is for the rest.
        var limit = limits.schedule(() -> close(body), TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        try (body) {
            var text = new String(body.readAllBytes(), StandardCharsets.UTF_8);
            return new Outcome.Answered(new Reply(response.statusCode(), response.headers(), text));
        } catch (IOException e) {
            var backend = response.headers().firstValue("X-Banyan-Backend").orElse("unknown");
            return new Outcome.CutOff(response.statusCode(), backend, describe(e));
        } finally {
            limit.cancel(false);
        }
    }

    private static void close(InputStream body) {
        try {
            body.close();
        } catch (IOException e) {
            // whoever reads it is told
        }
    }

    private static String describe(IOException e) {
        return e.getClass().getSimpleName() + ": " + e.getMessage();
    }

    /** Enough of a cookie jar for one site: names and values, deleted when the server says so. */
    private void keepCookies(Reply reply) {
        for (var line : reply.headers().allValues("Set-Cookie")) {
            var parts = line.split(";", -1);
            var equals = parts[0].indexOf('=');
            if (equals <= 0) {
                continue;
            }
            var name = parts[0].substring(0, equals).trim();
            var value = parts[0].substring(equals + 1).trim();
            var gone = false;
            for (var attribute : parts) {
                gone |= attribute.trim().equalsIgnoreCase("Max-Age=0");
            }
            if (gone || value.isEmpty()) {
                cookies.remove(name);
            } else {
                cookies.put(name, value);
            }
        }
    }
}
