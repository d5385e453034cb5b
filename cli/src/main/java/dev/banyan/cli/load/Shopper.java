package dev.banyan.cli.load;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jsoup.Jsoup;
import org.jsoup.nodes.FormElement;

/**
 * Somebody who visits the shop with a browser: looks through the catalogue, now and then logs in and buys, then leaves; then the
 * next visitor takes the seat.
 */
final class Shopper {

    private static final int PAGES_PER_VISIT = 12;
    private static final double BUYS = 0.35; // of the visits

    private final Person person;
    private final Tally tally;
    private final Writes writes;
    private final Pace pace;
    private final RandomGenerator random;
    private final URI site;
    private final int customerId;

    Shopper(Person person, Tally tally, Writes writes, Pace pace, RandomGenerator random, URI site, int customerId) {
        this.person = person;
        this.tally = tally;
        this.writes = writes;
        this.pace = pace;
        this.random = random;
        this.site = site;
        this.customerId = customerId;
    }

    /** One visit. A visitor who meets an error goes on with something else. */
    void visit() throws InterruptedException {
        person.leave();
        person.page("/", reply -> reply.status() == 302 && stays(reply, "/catalog"));
        pace.pause();
        var products = List.<String>of();
        for (var page = 0; page < PAGES_PER_VISIT && pace.isOpen(); page++) {
            if (products.isEmpty() || random.nextInt(4) == 0) {
                products = browse();
            } else {
                look(products.get(random.nextInt(products.size())));
            }
            pace.pause();
        }
        if (pace.isOpen() && !products.isEmpty() && random.nextDouble() < BUYS) {
            buy(products.get(random.nextInt(products.size())));
        }
    }

    /** A page of the catalogue, as HTML or as the script in it asks; returns the product numbers on it. */
    private List<String> browse() throws InterruptedException {
        var number = 1 + random.nextInt(5);
        if (random.nextInt(3) == 0) {
            person.json("/api/catalog?page=" + number + "&size=20", is(200).and(r -> r.text()
                    .contains("\"items\"")));
            pace.pause();
        }
        var outcome = person.page("/catalog?page=" + number, is(200).and(Shopper::isHtml));
        return outcome instanceof Outcome.Answered(var reply) && reply.status() == 200
                ? Jsoup.parse(reply.text()).select("li.product[data-sku]").eachAttr("data-sku")
                : List.of();
    }

    private void look(String sku) throws InterruptedException {
        if (random.nextInt(3) == 0) {
            person.json("/api/catalog/" + sku, is(200).and(r -> r.text().contains("\"" + sku + "\"")));
        } else {
            person.page("/catalog/" + sku, is(200).and(r -> r.text().contains("/buy/" + sku)));
        }
    }

    /** Logs in, puts one product into the basket, orders it, looks at the order and logs out. */
    private void buy(String sku) throws InterruptedException {
        if (!logIn() || !fill("/buy/" + sku, "/basket/add", Map.of())) {
            return;
        }
        person.page("/basket", is(200).and(r -> r.text().contains(sku)));
        pace.pause();
        if (order()) {
            person.page("/orders", is(200));
            pace.pause();
        }
        person.page("/catalog?page=1", is(200)); // the session holds on both sides of the seam
        var page = person.page("/orders", is(200));
        if (page instanceof Outcome.Answered(var reply)) {
            var form = form(reply, "/logout");
            if (form.isPresent()) {
                person.form("/logout", form.get(), Shopper::isRedirect);
            }
        }
    }

    private boolean logIn() throws InterruptedException {
        return fill("/login", "/login", Map.of("user", "cust%06d".formatted(customerId), "password", "shop"));
    }

    private boolean order() throws InterruptedException {
        var page = person.page("/checkout", is(200));
        if (!(page instanceof Outcome.Answered(var reply)) || reply.status() != 200) {
            return false;
        }
        var fields = form(reply, "/checkout");
        if (fields.isEmpty()) {
            tally.fail("GET /checkout", "no form in the page");
            return false;
        }
        pace.pause();
        if (!writes.begin()) {
            return false;
        }
        try {
            writes.checkoutSent(customerId);
            var outcome = person.form("/checkout", fields.get(), r -> isRedirect(r) && stays(r, "/orders/"));
            if (outcome instanceof Outcome.Answered(var placed) && isRedirect(placed)) {
                var path = URI.create(placed.location().orElse("/")).getPath();
                writes.checkoutAcknowledged(customerId, Long.parseLong(path.replaceAll("\\D", "")));
                return true;
            }
            return false;
        } finally {
            writes.end();
        }
    }

    /** Opens {@code page}, fills the form that goes to {@code action} and sends it; true when the answer is a redirect. */
    private boolean fill(String page, String action, Map<String, String> values) throws InterruptedException {
        var outcome = person.page(page, is(200));
        if (!(outcome instanceof Outcome.Answered(var reply)) || reply.status() != 200) {
            return false;
        }
        var fields = form(reply, action);
        if (fields.isEmpty()) {
            tally.fail("GET " + page, "no form for " + action + " in the page");
            return false;
        }
        fields.get().putAll(values);
        pace.pause();
        return person.form(action, fields.get(), r -> isRedirect(r) && stays(r, "/"))
                        instanceof Outcome.Answered(var answer)
                && isRedirect(answer);
    }

    /** Returns what a browser would send for the form that goes to {@code action}: CSRF token, defaults, hidden fields. */
    private static Optional<Map<String, String>> form(Reply reply, String action) {
        for (var form : Jsoup.parse(reply.text()).forms()) {
            if (form.attr("action").replaceFirst("[;?].*", "").endsWith(action)) {
                return Optional.of(fields(form));
            }
        }
        return Optional.empty();
    }

    private static Map<String, String> fields(FormElement form) {
        var fields = new LinkedHashMap<String, String>();
        form.formData().forEach(field -> fields.put(field.key(), field.value()));
        return fields;
    }

    /** Whether a redirect leads to the site people see, and to {@code path}: legacy's own address must not leak. */
    private boolean stays(Reply reply, String path) {
        var target = site.resolve(reply.location().orElse("about:blank"));
        return target.toString().startsWith(site.resolve("/").toString())
                && target.getPath().startsWith(path);
    }

    private static Predicate<Reply> is(int status) {
        return reply -> reply.status() == status;
    }

    private static boolean isRedirect(Reply reply) {
        return reply.status() == 302 || reply.status() == 303;
    }

    private static boolean isHtml(Reply reply) {
        return reply.headers().firstValue("Content-Type").orElse("").startsWith("text/html");
    }
}
