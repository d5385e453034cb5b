package dev.banyan.bridge;

import dev.banyan.bridge.aws.AwsHub;
import dev.banyan.bridge.config.BridgeConfig.KeySource;
import dev.banyan.bridge.contract.Contracts;
import dev.banyan.bridge.contract.Mode;
import dev.banyan.bridge.hub.HubUnavailable;
import dev.banyan.bridge.hub.KafkaHub;
import dev.banyan.bridge.hub.KafkaTopics;
import dev.banyan.bridge.lake.LakeFailed;
import dev.banyan.bridge.lake.LakePlace;
import dev.banyan.bridge.lake.LakeReader;
import dev.banyan.bridge.mapping.Mapping;
import dev.banyan.bridge.source.Preflight;
import dev.banyan.bridge.source.Source;
import dev.banyan.bridge.source.SourcePlan;
import dev.banyan.bridge.store.StoreTables;
import dev.banyan.bridge.store.StoreUnusable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Everything a bridge makes or needs, each part compared with what is there, and what it will send. {@code source} is what the legacy
 * database still lacks; null when it could not be asked.
 */
record BridgePlan(String bridge, List<Part> parts, @Nullable SourcePlan source, List<Event> events) {

    /** How a part stands. */
    enum Mark {
        CREATE("+"),
        THERE("="),
        DIFFERS("!"),
        UNKNOWN("?");

        final String sign;

        Mark(String sign) {
            this.sign = sign;
        }
    }

    /** One thing that the bridge makes or needs, in one place. */
    record Part(Mark mark, String place, String what, String detail) {}

    /** A type of event; {@code keys} are templates of its subjects, which are the records' keys. */
    record Event(String type, Set<String> topics, Set<String> keys, String dataschema) {}

    BridgePlan {
        parts = List.copyOf(parts);
        events = List.copyOf(events);
    }

    /** True when somebody has to do something before the bridge can run; what it makes itself does not count. */
    boolean hasStepsLeft() {
        return source == null || !source.isEmpty() || parts.stream().anyMatch(part -> part.mark == Mark.DIFFERS);
    }

    /** Looks at everything {@code setup} names, and changes nothing. */
    static BridgePlan of(Setup setup) {
        var planner = new Planner(setup);
        var source = planner.source();
        planner.hub();
        planner.store();
        planner.folders();
        planner.keys();
        return new BridgePlan(setup.config().name(), planner.parts, source, events(setup));
    }

    private static List<Event> events(Setup setup) {
        var mapping = setup.mapping();
        var mode = setup.kafka().isPresent() ? Mode.BINARY : Mode.STRUCTURED;
        return Contracts.of(mapping, mode).byType().values().stream()
                .map(event -> new Event(
                        event.type(),
                        event.topics(),
                        event.subjects(),
                        Mapping.schemaUri(mapping.contracts(), event.type())))
                .toList();
    }

    private static final class Planner {

        private final Setup setup;
        private final List<Part> parts = new ArrayList<>();
        private String place = "";

        Planner(Setup setup) {
            this.setup = setup;
        }

        private void add(Mark mark, String what, String detail) {
            parts.add(new Part(mark, place, what, detail));
        }

        @Nullable
        SourcePlan source() {
            var source = setup.source();
            place = "legacy database " + Source.shown(source.jdbcUrl()) + ", as " + source.user();
            try (var connection = source.connect()) {
                var plan = SourcePlan.of(source, connection);
                for (var present : plan.present()) {
                    var colon = present.indexOf(": ");
                    add(
                            Mark.THERE,
                            colon < 0 ? present : present.substring(0, colon),
                            colon < 0 ? "" : present.substring(colon + 2));
                }
                plan.steps()
                        .forEach(step -> add(
                                step.kind() == SourcePlan.Kind.CHANGE ? Mark.DIFFERS : Mark.CREATE,
                                step.what(),
                                step.why()));
                return plan;
            } catch (SQLException e) {
                add(Mark.UNKNOWN, "all of it", String.valueOf(e.getMessage()));
                return null;
            }
        }

        void hub() {
            var kafka = setup.kafka();
            try {
                if (kafka.isPresent()) {
                    place = "hub: Kafka at " + kafka.get().bootstrapServers();
                    topics(kafka.get());
                } else {
                    var aws = setup.aws().orElseThrow();
                    place = "hub: " + aws.service() + ", where the bridge makes nothing";
                    destinations(aws);
                }
            } catch (HubUnavailable e) {
                add(Mark.UNKNOWN, "all of it", String.valueOf(e.getMessage()));
            }
        }

        private void topics(KafkaHub.Settings kafka) throws HubUnavailable {
            var position = KafkaTopics.position(setup.config().name());
            var wanted = new TreeSet<>(kafka.topics());
            wanted.add(position);
            var found = KafkaTopics.there(kafka, wanted);
            var bytesMax = setup.hub().eventBytesMax();
            for (var topic : wanted) {
                var there = found.get(topic);
                var isPosition = topic.equals(position);
                if (there == null) {
                    var made = isPosition
                            ? "1 partition, compacted"
                            : kafka.partitions() + " partitions" + messageBytes(bytesMax);
                    add(Mark.CREATE, "topic " + topic, made + ", replicated as the cluster does by itself");
                } else {
                    var wrong = isPosition ? there.wrongForPosition() : there.wrongForEvents(bytesMax);
                    add(
                            wrong.isEmpty() ? Mark.THERE : Mark.DIFFERS,
                            "topic " + topic,
                            wrong.isEmpty() ? there.toString() : wrong);
                }
            }
        }

        private static String messageBytes(long bytesMax) {
            var bytes = KafkaTopics.messageBytes(bytesMax);
            return bytes.isPresent() ? ", max.message.bytes " + bytes.getAsLong() : "";
        }

        private void destinations(AwsHub.Settings aws) throws HubUnavailable {
            var topicsByDestination = new TreeMap<String, Set<String>>();
            for (var topic : setup.mapping().topics()) {
                var destination = String.valueOf(aws.destination(topic));
                topicsByDestination
                        .computeIfAbsent(destination, _ -> new TreeSet<>())
                        .add(topic);
            }
            try (var hub = new AwsHub(aws)) {
                var wrong = hub.check();
                topicsByDestination.forEach((destination, topics) -> {
                    var found = wrong.getOrDefault(destination, "");
                    add(
                            found.isEmpty() ? Mark.THERE : AwsHub.isUnknown(found) ? Mark.UNKNOWN : Mark.DIFFERS,
                            aws.service().destination() + " " + destination,
                            "for " + String.join(", ", topics) + (found.isEmpty() ? "" : ": " + found));
                });
            }
        }

        void store() {
            var store = setup.config().store();
            place = "store " + Source.shown(store.jdbcUrl());
            try {
                var tables = StoreTables.of(store.jdbcUrl(), store.user(), store.password());
                tables.wanted()
                        .forEach(table ->
                                add(tables.there().contains(table) ? Mark.THERE : Mark.CREATE, "table " + table, ""));
            } catch (StoreUnusable e) {
                var said = String.valueOf(e.getMessage());
                add(Mark.UNKNOWN, "all of it", said.replace(store.jdbcUrl(), Source.shown(store.jdbcUrl())));
            }
        }

        void folders() {
            place = "event lake and spool";
            var lake = setup.config().lake();
            if (lake != null) {
                switch (lake.place()) {
                    case LakePlace.Folder(var path) -> folder("lake", path, "events, sealed by date and type");
                    case LakePlace.Bucket bucket -> bucket(bucket);
                }
            }
            var spool = setup.config().spool();
            if (spool != null) {
                folder(
                        "spool",
                        spool.folder().resolve(setup.config().name()),
                        "at most " + spool.megabytes() + " MB, encrypted");
            }
        }

        private void folder(String what, Path path, String detail) {
            var isFolder = Files.isDirectory(path);
            var isOther = Files.exists(path) && !isFolder;
            add(
                    isOther ? Mark.DIFFERS : isFolder ? Mark.THERE : Mark.CREATE,
                    what + " " + path,
                    isOther ? "not a folder (expected: one, or nothing)" : detail);
        }

        private void bucket(LakePlace.Bucket bucket) {
            try {
                var sealed = new LakeReader(bucket).sealedSegments();
                add(Mark.THERE, "lake " + bucket, sealed + " sealed segments");
            } catch (LakeFailed e) {
                add(Mark.DIFFERS, "lake " + bucket, String.valueOf(e.getMessage()));
            }
        }

        void keys() {
            place = "keys, which the bridge never makes";
            var config = setup.config();
            var before = parts.size();
            key("hashKeyFile", config.hashKeyFile());
            key("faultKeyFile", config.faultKeyFile());
            key("keys.encrypt", config.encryptKeys());
            key("keys.deterministic", config.deterministicKeys());
            try {
                setup.run(Preflight.Accepted.NONE);
                setup.mapper();
            } catch (IOException | IllegalArgumentException e) {
                if (parts.subList(before, parts.size()).stream().noneMatch(part -> part.mark == Mark.DIFFERS)) {
                    add(Mark.DIFFERS, "needed", String.valueOf(e.getMessage()));
                }
            }
        }

        private void key(String name, @Nullable KeySource source) {
            switch (source) {
                case null -> {}
                case KeySource.InFile(var file) -> key(name, file);
                case KeySource.InEnvironment(var variable) ->
                    add(
                            System.getenv(variable) == null ? Mark.DIFFERS : Mark.THERE,
                            name,
                            "$" + variable + (System.getenv(variable) == null ? " is not set" : ""));
            }
        }

        private void key(String name, @Nullable Path file) {
            if (file != null) {
                var isThere = Files.isReadable(file);
                add(isThere ? Mark.THERE : Mark.DIFFERS, name, file + (isThere ? "" : " cannot be read"));
            }
        }
    }
}
