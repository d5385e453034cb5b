package dev.banyan.bench.bridge;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Debezium Server as its distribution starts it; with {@code schemas} as it comes, else without the schema in each message. */
record DebeziumServer(Path distribution, boolean schemas) implements Carrier {

    static final String VERSION = "3.6.0.Final";

    @Override
    public String name() {
        return schemas ? "debezium" : "debezium-lean";
    }

    @Override
    public String description() {
        return "Debezium Server " + VERSION + " (`run.sh`, " + HEAP + "), Kafka sink, JSON "
                + (schemas ? "as it comes, with the schema in each message" : "with `schemas.enable=false`")
                + ", offsets in a file each second, nothing else changed";
    }

    @Override
    public Optional<String> missing() {
        return Files.isExecutable(distribution.resolve("run.sh"))
                ? Optional.empty()
                : Optional.of(
                        "no Debezium Server in " + distribution + " (--fetch gets it from Maven Central, 780 MB)");
    }

    @Override
    public List<String> command(Servers servers, Path folder) throws IOException {
        try (var parts = Files.list(distribution)) {
            for (var part : parts.filter(part -> !part.endsWith("config")).toList()) {
                var link = folder.resolve(part.getFileName());
                if (!Files.exists(link)) {
                    Files.createSymbolicLink(link, part);
                }
            }
        }
        Files.createDirectories(folder.resolve("config"));
        Files.writeString(folder.resolve("config/application.properties"), properties(servers));
        return List.of(
                "/usr/bin/env",
                "JAVA_HOME=" + System.getProperty("java.home"),
                "JAVA_OPTS=" + HEAP,
                "/bin/sh",
                "-c",
                "cd \"$0\" && exec /bin/bash ./run.sh",
                folder.toString());
    }

    private String properties(Servers servers) {
        var database = URI.create(servers.jdbcUrl().substring("jdbc:".length()));
        var serializer = "org.apache.kafka.common.serialization.StringSerializer";
        return """
                debezium.sink.type=kafka
                debezium.sink.kafka.producer.bootstrap.servers=%s
                debezium.sink.kafka.producer.key.serializer=%s
                debezium.sink.kafka.producer.value.serializer=%s
                debezium.source.connector.class=io.debezium.connector.postgresql.PostgresConnector
                debezium.source.offset.storage=org.apache.kafka.connect.storage.FileOffsetBackingStore
                debezium.source.offset.storage.file.filename=offsets.dat
                debezium.source.offset.flush.interval.ms=1000
                debezium.source.database.hostname=%s
                debezium.source.database.port=%d
                debezium.source.database.user=%s
                debezium.source.database.password=%s
                debezium.source.database.dbname=%s
                debezium.source.topic.prefix=%s
                debezium.source.plugin.name=pgoutput
                debezium.source.slot.name=%s
                debezium.source.publication.name=%s
                debezium.source.publication.autocreate.mode=filtered
                debezium.source.table.include.list=public.item,public.ord,public.ord_line
                debezium.source.snapshot.mode=no_data
                debezium.format.key.schemas.enable=%s
                debezium.format.value.schemas.enable=%s
                quarkus.http.host=127.0.0.1
                quarkus.http.port=%d
                quarkus.log.level=WARN
                quarkus.log.console.json=false
                """.formatted(
                        servers.bootstrapServers(),
                        serializer,
                        serializer,
                        database.getHost(),
                        database.getPort(),
                        Servers.USER,
                        Servers.USER,
                        database.getPath().substring(1),
                        prefix(),
                        slot(),
                        slot(),
                        schemas,
                        schemas,
                        Servers.freePort());
    }

    private String prefix() {
        return schemas ? "debezium" : "lean";
    }

    @Override
    public String slot() {
        return prefix() + "_bench";
    }

    @Override
    public List<String> topics(Load load) {
        return load.tables().stream()
                .map(table -> prefix() + ".public." + table)
                .toList();
    }

    @Override
    public int messages(Load load) {
        return load.rows();
    }

    /** Gets the distribution from Maven Central with the wrapper of {@code root}, and unpacks it as {@code distribution}. */
    static void fetch(Path root, Path distribution) throws IOException, InterruptedException {
        var folder = Files.createDirectories(distribution.toAbsolutePath().getParent());
        var archive = folder.resolve("debezium-server-dist-" + VERSION + ".tar.gz");
        run(
                root.resolve("mvnw").toString(),
                "-q",
                "-f",
                root.resolve("pom.xml").toString(),
                "--non-recursive",
                "dependency:copy",
                "-Dartifact=io.debezium:debezium-server-dist:" + VERSION + ":tar.gz",
                "-DoutputDirectory=" + folder);
        run("tar", "-xzf", archive.toString(), "-C", folder.toString());
        Files.move(folder.resolve("debezium-server"), distribution);
        Files.delete(archive);
    }

    private static void run(String... command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command).inheritIO().start();
        var code = process.waitFor();
        if (code != 0) {
            throw new IOException(String.join(" ", Stream.of(command).limit(3).toList()) + " ...: exit code " + code);
        }
    }
}
