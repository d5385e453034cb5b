package dev.banyan.cli.demo;

import java.io.IOException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the catalogue service says of itself. */
record CatalogStatus(long products, long lag, double commitToVisibleP99Ms) {

    private static final JsonMapper JSON = JsonMapper.shared();

    /** Asks the service; one that does not answer holds nothing and has read nothing. */
    static CatalogStatus of(Programs programs) throws InterruptedException {
        JsonNode json;
        try {
            json = JSON.readTree(programs.get(programs.catalog().resolve("/internal/status")));
        } catch (IOException e) {
            json = JSON.missingNode();
        }
        var lag = 0L;
        for (var partition : json.path("partitions")) {
            lag += Math.abs(partition.path("lag").asLong(1)); // -1: not read yet
        }
        return new CatalogStatus(
                json.path("readModel").path("products").asLong(0),
                json.path("partitions").isEmpty() ? 1 : lag,
                json.path("commitToVisibleMillis").path("p99").asDouble(0));
    }
}
