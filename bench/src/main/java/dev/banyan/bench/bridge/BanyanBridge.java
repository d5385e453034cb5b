package dev.banyan.bench.bridge;

import dev.banyan.process.Checkout;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Our bridge with its defaults, a mapping with an aggregate, and its H2 store. */
record BanyanBridge(Path root) implements Carrier {

    @Override
    public String name() {
        return "banyan";
    }

    @Override
    public String description() {
        return "`java " + HEAP
                + " -jar cdc-bridge.jar run`, its defaults, H2 store, the mapping on: each event compared with the"
                + " row or aggregate before, Kafka transactions";
    }

    @Override
    public Optional<String> missing() {
        return Files.isReadable(jar()) ? Optional.empty() : Optional.of("no " + jar());
    }

    private Path jar() {
        return root.resolve("cdc-bridge/target/cdc-bridge.jar");
    }

    @Override
    public List<String> command(Servers servers, Path folder) throws IOException {
        Files.writeString(folder.resolve("mapping.yaml"), resource("mapping.yaml"));
        var config = Files.writeString(folder.resolve("bridge.yaml"), """
                name: bench
                source: {jdbcUrl: "%s", user: %s, password: %s, slot: %s, publication: banyan_bench, manage: true}
                store: {jdbcUrl: "jdbc:h2:file:./store"}
                hub: {kafka: {bootstrapServers: "%s", partitions: %d}}
                mapping: mapping.yaml
                backfill: {onFirstStart: false}
                """.formatted(
                servers.jdbcUrl(), Servers.USER, Servers.USER, slot(), servers.bootstrapServers(), Servers.PARTITIONS));
        return List.of(
                Checkout.java().toString(), HEAP, "-jar", jar().toString(), "run", "--config", config.toString());
    }

    static String resource(String name) throws IOException {
        try (var in = Objects.requireNonNull(BanyanBridge.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Override
    public String slot() {
        return "banyan_bench";
    }

    @Override
    public List<String> topics(Load load) {
        return switch (load) {
            case ITEMS -> List.of("bench.items");
            case ORDERS -> List.of("bench.orders");
        };
    }

    @Override
    public int messages(Load load) {
        return load.events();
    }
}
