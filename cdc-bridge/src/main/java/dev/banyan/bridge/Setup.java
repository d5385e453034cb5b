package dev.banyan.bridge;

import dev.banyan.bridge.config.BridgeConfig;
import dev.banyan.bridge.config.ConfigException;
import dev.banyan.bridge.engine.TransactionAssembler;
import dev.banyan.bridge.hub.KafkaHub;
import dev.banyan.bridge.lake.Lake;
import dev.banyan.bridge.mapping.Mapper;
import dev.banyan.bridge.mapping.Mapping;
import dev.banyan.bridge.mapping.MappingException;
import dev.banyan.bridge.mapping.MappingFile;
import dev.banyan.bridge.mapping.OnFault;
import dev.banyan.bridge.run.RunSettings;
import dev.banyan.bridge.source.Source;
import dev.banyan.bridge.store.BridgeStore;
import dev.banyan.bridge.store.FaultSeal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a configuration file and its mapping say, together. */
record Setup(BridgeConfig config, Mapping mapping, Source source) {

    static final Duration LEASE = Duration.ofSeconds(10);

    static Setup read(Path file) throws ConfigException, MappingException {
        var config = BridgeConfig.read(file);
        var mapping = MappingFile.read(config.mapping());
        var source = config.source();
        return new Setup(
                config,
                mapping,
                new Source(
                        source.jdbcUrl(),
                        source.user(),
                        source.password(),
                        source.slot(),
                        source.publication(),
                        source.manage(),
                        mapping.tables().stream()
                                .map(use -> new Source.Table(use.table(), use.columns(), use.key()))
                                .toList()));
    }

    BridgeStore.Settings store() throws IOException {
        var file = config.faultKeyFile();
        return new BridgeStore.Settings(
                config.store().jdbcUrl(),
                config.store().user(),
                config.store().password(),
                file == null ? null : FaultSeal.of(file));
    }

    /** A mapper that gives the ids of this bridge. */
    Mapper mapper() throws IOException {
        var file = config.hashKeyFile();
        return new Mapper(mapping, config.name(), file == null ? null : Files.readAllBytes(file));
    }

    Lake.@Nullable Settings lake() {
        var lake = config.lake();
        return lake == null
                ? null
                : new Lake.Settings(
                        lake.folder(),
                        config.hub().source(),
                        (long) lake.segmentMegabytes() << 20,
                        Duration.ofMinutes(lake.segmentMinutes()));
    }

    KafkaHub.Settings kafka() {
        var hub = config.hub();
        var topics = mapping.aggregates().stream()
                .map(aggregate -> aggregate.topic())
                .collect(Collectors.toSet());
        return new KafkaHub.Settings(hub.bootstrapServers(), hub.producer(), hub.source(), hub.partitions(), topics);
    }

    RunSettings run(int acceptedTimeline) throws IOException {
        for (var aggregate : mapping.aggregates()) {
            if (aggregate.onFault() instanceof OnFault.Park && config.faultKeyFile() == null) {
                throw new IllegalArgumentException("faultKeyFile: none (expected: one, " + aggregate.name()
                        + " parks, and parked rows are encrypted)");
            }
        }
        var file = config.hashKeyFile();
        var hashKey = file == null ? null : Files.readAllBytes(file);
        var kafka = kafka();
        var limits = config.limits();
        return new RunSettings(
                config.name(),
                source,
                store(),
                () -> new Mapper(mapping, config.name(), hashKey),
                () -> new KafkaHub(config.name(), kafka),
                new RunSettings.Limits(
                        new TransactionAssembler.Limits(
                                limits.transactionRows(), (long) limits.transactionMegabytes() << 20),
                        (long) limits.queueMegabytes() << 20,
                        limits.hubTransactionRows()),
                config.backfillOnFirstStart(),
                Duration.ofMillis(config.heartbeatMillis()),
                LEASE,
                acceptedTimeline,
                lake());
    }
}
