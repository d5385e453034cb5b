package dev.banyan.bridge;

import dev.banyan.bridge.aws.AwsHub;
import dev.banyan.bridge.cel.CelConditions;
import dev.banyan.bridge.change.EventLimit;
import dev.banyan.bridge.config.BridgeConfig;
import dev.banyan.bridge.config.ConfigException;
import dev.banyan.bridge.config.HubConfig;
import dev.banyan.bridge.doctor.ColumnChecks;
import dev.banyan.bridge.engine.EngineSettings;
import dev.banyan.bridge.engine.TransactionAssembler;
import dev.banyan.bridge.hub.Hub;
import dev.banyan.bridge.hub.HubUnavailable;
import dev.banyan.bridge.hub.KafkaHub;
import dev.banyan.bridge.hub.KafkaTopics;
import dev.banyan.bridge.lake.Lake;
import dev.banyan.bridge.mapping.Mapper;
import dev.banyan.bridge.mapping.Mapping;
import dev.banyan.bridge.mapping.MappingException;
import dev.banyan.bridge.mapping.MappingFile;
import dev.banyan.bridge.mapping.OnFault;
import dev.banyan.bridge.mapping.Secrets;
import dev.banyan.bridge.mapping.TableUse;
import dev.banyan.bridge.mapping.Together;
import dev.banyan.bridge.run.RunSettings;
import dev.banyan.bridge.secret.VaultKeys;
import dev.banyan.bridge.source.Preflight;
import dev.banyan.bridge.source.Source;
import dev.banyan.bridge.spool.DiskSpool;
import dev.banyan.bridge.store.BridgeStore;
import dev.banyan.bridge.store.FaultSeal;
import dev.banyan.bridge.yaml.Problems;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a configuration file and its mapping say, together. */
record Setup(BridgeConfig config, Mapping mapping, Source source) {

    private static final long SPOOL_SEGMENT_BYTES = 64L << 20;

    /** What a segment of the lake may have in every heap: the default of {@code lake.segmentMegabytes}. */
    private static final long LAKE_SEGMENT_BYTES_ANY = 64L << 20;

    static final Duration LEASE = Duration.ofSeconds(10);

    static Setup read(Path file) throws ConfigException, MappingException {
        var config = BridgeConfig.read(file);
        var mapping = MappingFile.read(config.mapping(), new CelConditions());
        checkDestinations(file, config, mapping);
        var source = config.source();
        var together = mapping.together();
        return new Setup(
                config,
                mapping,
                new Source(
                        source.jdbcUrl(),
                        source.user(),
                        source.password(),
                        source.slot(),
                        source.publication(),
                        source.identity(),
                        new EngineSettings.Reading.Replica(source.serverId(), source.zeroDatesAsNull()),
                        source.manage(),
                        mapping.tables().stream()
                                .map(use -> new Source.Table(
                                        use.table(),
                                        use.columns(),
                                        use.key(),
                                        use.dropped(),
                                        ColumnChecks.fit(mapping, use.table()),
                                        config.faultKeyFile() == null ? null : parking(together, use)))
                                .toList()));
    }

    /** Who waits with a table, whose rows are encrypted meanwhile: without a key for that nobody can. */
    private static Source.@Nullable Parking parking(List<Together> all, TableUse use) {
        return all.stream()
                .filter(together -> together.tables().contains(use.table()))
                .findFirst()
                .map(together -> new Source.Parking(together.name(), List.copyOf(together.tables())))
                .orElse(null);
    }

    BridgeStore.Settings store() throws IOException {
        var file = config.faultKeyFile();
        return new BridgeStore.Settings(
                config.store().jdbcUrl(),
                config.store().user(),
                config.store().password(),
                file == null ? null : FaultSeal.of(file),
                VaultKeys.of(KeySources.of(config).secrets()).orElse(null));
    }

    /** A mapper that gives the ids of this bridge. */
    Mapper mapper() throws IOException {
        return mapper(KeySources.of(config).secrets());
    }

    private Mapper mapper(Secrets secrets) {
        var hub = hub();
        return new Mapper(
                mapping,
                config.name(),
                secrets,
                new EventLimit(hub.eventBytesMax(), hub::bytes, config.lake() == null ? 0 : Lake.DATA_BYTES_MAX));
    }

    Lake.@Nullable Settings lake() {
        var lake = config.lake();
        return lake == null
                ? null
                : new Lake.Settings(
                        lake.place(),
                        config.hub().source(),
                        segmentBytes(lake, Runtime.getRuntime().maxMemory()),
                        Duration.ofMinutes(lake.segmentMinutes()),
                        lake.uri());
    }

    /** A segment is in memory as a whole when it is sealed: where that would be more than a fourth of the heap, it ends earlier. */
    static long segmentBytes(BridgeConfig.LakeConfig lake, long heapBytes) {
        return Math.min((long) lake.segmentMegabytes() << 20, Math.max(LAKE_SEGMENT_BYTES_ANY, heapBytes / 4));
    }

    /** What whoever starts the bridge should know of its settings; empty when there is nothing. */
    String warning() {
        var lake = config.lake();
        var heap = Runtime.getRuntime().maxMemory();
        var megabytes = lake == null ? 0 : segmentBytes(lake, heap) >> 20;
        return lake == null || megabytes >= lake.segmentMegabytes()
                ? ""
                : "lake.segmentMegabytes: " + lake.segmentMegabytes() + ", but segments end at " + megabytes
                        + ", a fourth of the heap of " + (heap >> 20)
                        + " MB, in which they are sealed (expected: no more, or a larger heap, with -Xmx)";
    }

    private Set<String> topics() {
        return mapping.topics();
    }

    /** The settings of Kafka; empty when the hub is another one. */
    Optional<KafkaHub.Settings> kafka() {
        return config.hub() instanceof HubConfig.Kafka kafka ? Optional.of(kafka(kafka)) : Optional.empty();
    }

    /** The settings of a service of AWS; empty when the hub is Kafka. */
    Optional<AwsHub.Settings> aws() {
        return config.hub() instanceof HubConfig.Aws aws ? Optional.of(aws(aws)) : Optional.empty();
    }

    private KafkaHub.Settings kafka(HubConfig.Kafka kafka) {
        return new KafkaHub.Settings(
                kafka.bootstrapServers(), kafka.producer(), kafka.source(), kafka.partitions(), topics());
    }

    private static AwsHub.Settings aws(HubConfig.Aws aws) {
        return new AwsHub.Settings(
                AwsHub.Service.valueOf(aws.service().name()),
                aws.source(),
                aws.destinations(),
                aws.region(),
                aws.endpoint(),
                aws.eventKilobytesMax());
    }

    /** The hub, not open yet. */
    Hub hub() {
        return switch (config.hub()) {
            case HubConfig.Kafka kafka -> new KafkaHub(config.name(), kafka(kafka));
            case HubConfig.Aws aws -> new AwsHub(aws(aws));
        };
    }

    /** What is wrong with the hub's topics or destinations, in words; looks and changes nothing. */
    Map<String, String> hubProblems() throws HubUnavailable {
        return switch (config.hub()) {
            case HubConfig.Kafka kafka ->
                KafkaTopics.missing(kafka(kafka)).stream()
                        .collect(Collectors.toMap(topic -> topic, _ -> "not there; the first start makes it"));
            case HubConfig.Aws aws -> {
                try (var hub = new AwsHub(aws(aws))) {
                    yield hub.check();
                }
            }
        };
    }

    private static void checkDestinations(Path file, BridgeConfig config, Mapping mapping) throws ConfigException {
        if (!(config.hub() instanceof HubConfig.Aws aws)) {
            return;
        }
        var problems = new Problems(file);
        var settings = aws(aws);
        for (var topic : mapping.topics()) {
            if (settings.destination(topic) == null) {
                problems.add(aws.at(), "hub.destinations", "none for topic " + topic, "one, or one for '*'");
            }
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems.inOrder());
        }
    }

    RunSettings run(Preflight.Accepted accepted) throws IOException {
        for (var aggregate : mapping.aggregates()) {
            if (aggregate.onFault() instanceof OnFault.Park && config.faultKeyFile() == null) {
                throw new IllegalArgumentException("faultKeyFile: none (expected: one, " + aggregate.name()
                        + " parks, and parked rows are encrypted)");
            }
        }
        var spool = spool();
        var secrets = KeySources.of(config).secrets();
        var limits = config.limits();
        return new RunSettings(
                config.name(),
                source,
                store(),
                () -> mapper(secrets),
                this::hub,
                new RunSettings.Limits(
                        new TransactionAssembler.Limits(
                                limits.transactionRows(), (long) limits.transactionMegabytes() << 20),
                        (long) limits.queueMegabytes() << 20,
                        limits.hubTransactionRows()),
                config.backfillOnFirstStart(),
                Duration.ofMillis(config.heartbeatMillis()),
                LEASE,
                accepted,
                lake(),
                spool);
    }

    private RunSettings.@Nullable Spooling spool() throws IOException {
        var spool = config.spool();
        if (spool == null) {
            return null;
        }
        var key = config.faultKeyFile();
        if (key == null) {
            throw new IllegalArgumentException(
                    "faultKeyFile: none (expected: one, what lies in the spool is encrypted)");
        }
        var disk = new DiskSpool.Settings(
                spool.folder().resolve(config.name()),
                FaultSeal.of(key),
                (long) spool.megabytes() << 20,
                SPOOL_SEGMENT_BYTES);
        return new RunSettings.Spooling(disk, Duration.ofSeconds(spool.afterSeconds()), spool.logPercent());
    }
}
