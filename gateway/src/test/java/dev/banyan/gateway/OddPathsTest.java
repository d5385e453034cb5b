package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.gateway.paths.PathCorpus;
import dev.banyan.rules.Decision;
import dev.banyan.rules.RequestFacts;
import dev.banyan.rules.RoutingTable;
import dev.banyan.rules.Side;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** However odd a path is, the side the rules give gets the bytes that the client sent. */
@ParameterizedClass
@EnumSource(value = Way.class, names = "EPOLL", mode = EnumSource.Mode.EXCLUDE)
class OddPathsTest {

    @Parameter
    Way way;

    @TempDir
    static Path folder;

    private static ScriptedServer legacy;
    private static ScriptedServer candidate;
    private static TestGateway gateway;

    @BeforeParameterizedClassInvocation
    static void start(Way way) throws Exception {
        TestGateway.take(way);
        legacy = echo("BASELINE");
        candidate = echo("CANDIDATE");
        gateway = TestGateway.start(folder, """
                backends:
                  - {name: legacy, url: "%s", baseline: true}
                  - {name: new, url: "%s"}
                routes:
                  - {name: admin, matches: [{path: {value: /admin}}], candidate: new, stage: complete}
                """.formatted(legacy.url(), candidate.url()));
    }

    private static ScriptedServer echo(String side) throws IOException {
        var server = new ScriptedServer(side);
        server.on("/", (head, wire) -> {
            String body = side + " " + head.split(" ", 3)[1];
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
        });
        return server;
    }

    @AfterParameterizedClassInvocation
    static void stop() throws IOException {
        gateway.close();
        legacy.close();
        candidate.close();
    }

    @Test
    void theBytesGoWhereTheRulesSay() throws Exception {
        List<String> wrong = new ArrayList<>();
        var counts = new int[3];
        RoutingTable table = gateway.gateway().rules().current().table();
        try (var spare = new Spare()) {
            for (String target : PathCorpus.paths(1_200, 7)) {
                if (target.indexOf(' ') >= 0) {
                    continue; // three words in a request line are no HTTP
                }
                String reply = spare.ask(target);
                String expected = expected(table, target);
                counts[expected.startsWith("B") ? 0 : expected.startsWith("C") ? 1 : 2]++;
                if (!reply.contains(expected)) {
                    wrong.add(target + ": expected " + expected + ", got "
                            + reply.lines().toList());
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(Arrays.stream(counts).min().orElseThrow()).isGreaterThan(50);
    }

    private static String expected(RoutingTable table, String target) {
        int query = target.indexOf('?');
        var facts = new RequestFacts(
                "shop.test",
                "GET",
                query < 0 ? target : target.substring(0, query),
                query < 0 ? null : target.substring(query + 1),
                _ -> List.of(),
                false,
                false,
                0);
        if (!(table.decide(facts) instanceof Decision.Routed to)) {
            return "HTTP/1.1 400";
        }
        return (to.side() == Side.CANDIDATE ? "CANDIDATE " : "BASELINE ") + ascii(target);
    }

    /** Bytes above 127 are sent on as escapes, which servers take for the same. */
    private static String ascii(String target) {
        var text = new StringBuilder();
        for (byte b : target.getBytes(StandardCharsets.ISO_8859_1)) {
            text.append((b & 0xff) < 127 ? String.valueOf((char) b) : "%%%02X".formatted(b & 0xff));
        }
        return text.toString();
    }

    /** A connection, and another when that has ended. */
    private static final class Spare implements AutoCloseable {

        private Wire wire;

        Spare() throws IOException {
            wire = gateway.wire();
        }

        String ask(String target) throws IOException {
            String request = "GET " + target + " HTTP/1.1\r\nHost: shop.test\r\n\r\n";
            String reply = wire.send(request).reply();
            if (reply.contains("connection: close") || reply.contains("Connection: close")) {
                wire.close();
                wire = gateway.wire();
            }
            return reply;
        }

        @Override
        public void close() throws IOException {
            wire.close();
        }
    }
}
