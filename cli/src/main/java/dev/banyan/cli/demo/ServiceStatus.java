package dev.banyan.cli.demo;

import java.io.IOException;
import java.net.URI;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a service that lives from events says of itself; products are the catalogue's alone. */
record ServiceStatus(long products, long lag, double commitToVisibleP99Ms) {

    private static final JsonMapper JSON = JsonMapper.shared();

    /** Asks {@code service}; one that does not answer, or with no JSON, holds nothing and has read nothing. */
    static ServiceStatus of(Programs programs, URI service) throws InterruptedException {
        JsonNode json;
        try {
            json = JSON.readTree(programs.get(service.resolve("/internal/status")));
        } catch (IOException | JacksonException e) {
            json = JSON.missingNode();
        }
        var lag = 0L;
        for (var partition : json.path("partitions")) {
            lag += Math.abs(partition.path("lag").asLong(1)); // -1: not read yet
        }
        return new ServiceStatus(
                json.path("readModel").path("products").asLong(0),
                json.path("partitions").isEmpty() ? 1 : lag,
                json.path("commitToVisibleMillis").path("p99").asDouble(0));
    }
}
