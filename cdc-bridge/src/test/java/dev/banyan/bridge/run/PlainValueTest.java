package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.Printed;
import dev.banyan.bridge.lake.LakeFilter;
import dev.banyan.bridge.lake.LakePlace;
import dev.banyan.bridge.lake.LakeReader;
import dev.banyan.bridge.lake.LocalBucket;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No value of a column that the mapping encrypts or tokenises is written anywhere in clear, through faults and kills. */
class PlainValueTest {

    private static final String CARD = "4711-0815-2342";
    private static final String MAIL = "ann.other@mail.example";

    @TempDir
    Path folder;

    private Path config(TestBridge bridge, LocalBucket s3) throws Exception {
        var config = bridge.config();
        var mapping = folder.resolve("mapping.yaml");
        Files.writeString(
                mapping,
                Files.readString(mapping)
                        .replaceAll(
                                "(?m)^( +)v: v$",
                                "$1v: {column: v, as: integer}\n$1card: {column: card, as: encrypt}\n"
                                        + "$1mail: {column: mail, as: token}")
                        .replaceAll("(?m)^( +)topic:", "$1onFault: park\n$1topic:"));
        Files.writeString(folder.resolve("fault.key"), "thirty-two bytes of nobody's business");
        Files.writeString(folder.resolve("hash.key"), "thirty-two bytes of somebody else's");
        Printed.of("keys", "create", folder.resolve("encrypt.keys").toString());
        return Files.writeString(config, Files.readString(config) + """
                faultKeyFile: fault.key
                hashKeyFile: hash.key
                keys: {encrypt: {file: encrypt.keys}}
                lake: {s3: "s3://shop/lake", endpoint: "%s", region: eu-west-1, segmentMegabytes: 1}
                """.formatted(s3.endpoint()));
    }

    /** Every file below {@code folder} in which {@code text} stands, compressed or not. */
    private static List<Path> filesWith(Path folder, String text) throws IOException {
        try (var files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> content(file).contains(text))
                    .toList();
        }
    }

    private static String content(Path file) {
        try {
            var bytes = Files.readAllBytes(file);
            return file.toString().endsWith(".gz")
                    ? new String(
                            new GZIPInputStream(new ByteArrayInputStream(bytes)).readAllBytes(),
                            StandardCharsets.ISO_8859_1)
                    : new String(bytes, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new AssertionError(file.toString(), e);
        }
    }

    private static Map<String, String> tokens(TestBridge bridge) {
        var tokens = new TreeMap<String, String>();
        bridge.events().forEach(event -> tokens.put(event.key(), TestBridge.field(event.value(), "mail")));
        return tokens;
    }

    @Test
    void grepFindsNoneInStoreLakeLogsFaultsAndKafkaAndTheTokenOutlivesAKill() throws Exception {
        try (var bridge = new TestBridge("plainless", folder, "one");
                var s3 = new LocalBucket(folder.resolve("s3"))) {
            s3.create("shop");
            bridge.sql("ALTER TABLE one ADD card TEXT, ADD mail TEXT");
            var config = config(bridge, s3);
            var row = "'" + CARD + "', '" + MAIL + "')";
            try (var process =
                    new BridgeProcess(folder, config, "aws.accessKeyId=local", "aws.secretAccessKey=local")) {
                process.awaitStreaming();
                bridge.sql("INSERT INTO one VALUES (1, '1', " + row);
                bridge.sql("INSERT INTO one VALUES (2, 'no number', " + row);
                bridge.sql("INSERT INTO one SELECT 10 + g, 1, repeat('" + CARD + "', 500), g || '@mail.example'"
                        + " FROM generate_series(1, 100) g");
                Await.until("one waits", () -> process.status().contains("\"waitingAggregates\":1"));
                Await.until("others pass", () -> tokens(bridge).size() == 101);
                process.kill();
            }
            var token = String.valueOf(tokens(bridge).get("one/1"));
            assertThat(token).matches("tok_[0-9a-f]{32}");
            try (var process = new BridgeThread(folder, config)) {
                process.awaitStreaming();
                bridge.sql("INSERT INTO one VALUES (3, '1', " + row);
                bridge.sql("UPDATE one SET v = 2 WHERE id = 1");
                Await.until("it goes on", () -> tokens(bridge).containsKey("one/3"));
                Await.until("it changed", () -> bridge.events().size() == 103);
            }
            assertThat(tokens(bridge)).containsEntry("one/1", token).containsEntry("one/3", token);
            var events = bridge.events().toString();
            for (var plain : List.of(CARD, MAIL, "99@mail.example")) {
                assertThat(filesWith(folder, plain)).as(plain).isEmpty();
                assertThat(events).doesNotContain(plain);
            }
            assertThat(filesWith(folder, token))
                    .as("the search finds what is there")
                    .hasSizeGreaterThanOrEqualTo(2);
            var lake = LakePlace.bucket("s3://shop/lake", "eu-west-1", URI.create(s3.endpoint()));
            var kept = new ArrayList<String>();
            new LakeReader(lake)
                    .read(LakeFilter.ALL, 0, record -> kept.add(record.event().id()));
            assertThat(kept)
                    .as("each event once, in order, through the kill")
                    .isEqualTo(bridge.events().stream()
                            .map(event -> TestBridge.header(event, "ce_id"))
                            .toList());
            revealed(bridge, config.toString(), token);
        }
    }

    /** Commands show no plain value either, but for the one that is there to. */
    private static void revealed(TestBridge bridge, String config, String token) {
        var group =
                Printed.of("events", "faults", "ls", "--config", config).out().substring(0, 8);
        for (var command : List.of(
                Printed.of("events", "faults", "show", "--config", config, group),
                Printed.of("events", "ls", "--json", "--config", config),
                Printed.of("doctor", "--config", config))) {
            assertThat(command.out() + command.err()).isNotEmpty().doesNotContain(CARD, MAIL);
        }
        var card = TestBridge.field(bridge.events().getLast().value(), "card");
        var revealed = Printed.of("reveal", "--config", config, token, card, "tok_none");
        assertThat(revealed.out()).isEqualTo(MAIL + "\n" + CARD + "\n");
        assertThat(revealed.err()).contains("tok_none: not known");
        assertThat(revealed.exitCode()).isEqualTo(1);
    }
}
