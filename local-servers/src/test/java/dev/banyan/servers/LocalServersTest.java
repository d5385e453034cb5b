package dev.banyan.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalServersTest {

    @Test
    void postgresDecodesLogicallyAndCommitsDurably() throws Exception {
        try (var postgres = LocalPostgres.start()) {
            isGivenToNobodyElse(postgres.port());
            postgres.createDatabase("shop");
            try (var connection = postgres.connect("shop");
                    var statement = connection.createStatement();
                    var settings = statement.executeQuery(
                            "SELECT current_setting('wal_level'), current_setting('synchronous_commit'), lower('Ä'), datlocale"
                                    + " FROM pg_database WHERE datname = 'shop'")) {
                settings.next();
                assertThat(List.of(settings.getString(1), settings.getString(2)))
                        .containsExactly("logical", "on");
                assertThat(List.of(settings.getString(3), settings.getString(4)))
                        .as("whatever the environment says, which names a locale here that no machine has")
                        .containsExactly("ä", "C.UTF-8");
            }
        }
    }

    @Test
    void whatPostgresRefusesIsSaidInItsOwnWords(@TempDir Path folder) throws IOException {
        var data = Files.createDirectory(folder.resolve("data"));
        Files.createFile(data.resolve("mine"));
        assertThatThrownBy(() -> LocalPostgres.start(data, 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("starting PostgreSQL\n  ")
                .hasMessageContaining("exists but is not empty")
                .hasMessageNotContaining("as root");
    }

    @Test
    void whatDoesNotStopIsNotLeftBehind() throws Exception {
        var postgres = LocalPostgres.start();
        var postmaster = postgres.postmaster();
        try (var connection = postgres.connect("postgres");
                var statement = connection.createStatement();
                var backend = statement.executeQuery("SELECT pg_backend_pid()")) {
            backend.next();
            var pid = backend.getString(1);
            signal("STOP", pid); // it does not see that it should end
            try {
                assertThatThrownBy(() -> postgres.close(Duration.ofMillis(1)))
                        .hasMessageContaining("did not stop by itself");
            } finally {
                signal("CONT", pid);
            }
        }
        awaitEnd(postmaster);
    }

    @Test
    void whatNobodyAsksForTheEndOfHasEndedAllTheSame() throws Exception {
        var parent = new ProcessBuilder("sh", "-c", "sleep 0 & echo $!; exec sleep 600").start();
        try (var said = parent.inputReader()) {
            var child = ProcessHandle.of(Long.parseLong(said.readLine()));
            if (child.isPresent()) {
                awaitEnd(child.get());
            }
            assertThat(LocalPostgres.hasEnded(parent.toHandle())).isFalse();
        } finally {
            parent.destroyForcibly();
        }
    }

    private static void awaitEnd(ProcessHandle process) throws InterruptedException {
        for (var end = System.nanoTime() + Duration.ofMinutes(2).toNanos(); !LocalPostgres.hasEnded(process); ) {
            assertThat(System.nanoTime()).isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    /** Nobody is given the port of a server that has not opened it yet, or that a test has killed. */
    private static void isGivenToNobodyElse(int port) throws IOException {
        var givenAway = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
        if (Files.isReadable(givenAway)) { // only Linux says so
            try (var lines = Files.lines(givenAway)) {
                int first = Integer.parseInt(lines.findFirst().orElseThrow().split("\\s+", -1)[0]);
                assertThat(first < 11_024 || port < first)
                        .as("%d of those from %d on", port, first)
                        .isTrue();
            }
        }
    }

    private static void signal(String name, String pid) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, pid).start().waitFor())
                .isZero();
    }

    @Test
    void kafkaKeepsWhatATransactionCommitted() throws Exception {
        try (var kafka = LocalKafka.start()) {
            isGivenToNobodyElse(Integer.parseInt(kafka.bootstrapServers().split(":", 2)[1]));
            kafka.createTopic("facts", 1);
            kafka.createTopic("facts", 1);
            try (var producer = new KafkaProducer<>(
                    Map.of("bootstrap.servers", kafka.bootstrapServers(), "transactional.id", "t"),
                    new StringSerializer(),
                    new StringSerializer())) {
                producer.initTransactions();
                producer.beginTransaction();
                producer.send(new ProducerRecord<>("facts", "key", "aborted")).get();
                producer.abortTransaction();
                producer.beginTransaction();
                producer.send(new ProducerRecord<>("facts", "key", "kept")).get();
                producer.commitTransaction();
            }
            try (var consumer = new KafkaConsumer<>(
                    Map.of(
                            "bootstrap.servers",
                            kafka.bootstrapServers(),
                            "group.id",
                            "g",
                            "auto.offset.reset",
                            "earliest",
                            "isolation.level",
                            "read_committed"),
                    new StringDeserializer(),
                    new StringDeserializer())) {
                consumer.subscribe(List.of("facts"));
                var values = new java.util.ArrayList<String>();
                var deadline = System.nanoTime() + Duration.ofMinutes(2).toNanos();
                while (values.isEmpty() && System.nanoTime() < deadline) {
                    consumer.poll(Duration.ofMillis(200)).forEach(record -> values.add(record.value()));
                }
                assertThat(values).containsExactly("kept");
            }
        }
    }
}
