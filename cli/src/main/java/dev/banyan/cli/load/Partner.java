package dev.banyan.cli.load;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A server of a partner's that looks products up through the JSON API, each time on behalf of one of its customers. It keeps
 * no cookies; who it asks for stands in a header.
 */
final class Partner {

    private static final int CUSTOMERS = 400;

    private final List<Person> customers = new ArrayList<>();
    private final String name;
    private final Pace pace;
    private final RandomGenerator random;
    private final List<String> skus;

    /** @param newCustomer makes one more customer, whose requests follow one another */
    Partner(
            String name,
            java.util.function.Supplier<Person> newCustomer,
            Pace pace,
            RandomGenerator random,
            List<String> skus) {
        this.name = name;
        this.pace = pace;
        this.random = random;
        this.skus = skus;
        for (var i = 0; i < CUSTOMERS; i++) {
            customers.add(newCustomer.get());
        }
    }

    /** Looks one product up. */
    void lookUp() throws InterruptedException {
        var sku = skus.get(random.nextInt(skus.size()));
        var customer = random.nextInt(CUSTOMERS);
        customers
                .get(customer)
                .onBehalf(
                        "/api/catalog/" + sku,
                        name + "-" + customer,
                        reply -> reply.status() == 200 && reply.text().contains("\"" + sku + "\""));
        pace.pause();
    }
}
