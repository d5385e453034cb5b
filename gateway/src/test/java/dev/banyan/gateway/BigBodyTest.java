package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A gateway as a process of its own, with less memory than one body has. */
@SuppressWarnings("StringConcatToTextBlock") // line ends on the wire are CRLF
class BigBodyTest {

    private static final int MIB = 1 << 20;
    private static final int BODY_MIB = 120; // all of its memory is 112
    private static final String PIECE = "0123456789abcdef".repeat(MIB / 16);

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(
            value = Way.class,
            names = {"CHAIN", "HTTP2", "LEAN"})
    void bodiesLargerThanAllOfItsMemoryPassBothWaysAndASignalStopsItCleanly(Way way) throws Exception {
        try (var legacy = new ScriptedServer("legacy")) {
            legacy.on("/up", (_, wire) -> {
                for (int i = 0; i < BODY_MIB; i++) {
                    if (!wire.bytes(MIB).equals(PIECE)) {
                        wire.close();
                    }
                }
                wire.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nall");
            });
            legacy.on("/down", (_, wire) -> {
                wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                for (int i = 0; i < BODY_MIB; i++) {
                    wire.send("100000\r\n" + PIECE + "\r\n");
                }
                wire.send("0\r\n\r\n");
            });
            var options = new ArrayList<>(List.of("--legacy", legacy.url()));
            options.addAll(way.options());
            var memory = List.of("-Xmx64m", "-XX:MaxDirectMemorySize=48m", "-XX:+ExitOnOutOfMemoryError");
            try (var gateway = GatewayProcess.start(folder, List.of(), memory, options)) {
                if (way.isHttp2()) {
                    try (var bridge = new Http2Bridge(gateway.http2Port())) {
                        upload(bridge.port());
                        download(bridge.port());
                    }
                } else {
                    upload(gateway.port());
                    download(gateway.port());
                }
                gateway.process().destroy();
                assertThat(gateway.process().waitFor(120, TimeUnit.SECONDS)).isTrue();
                assertThat(gateway.process().exitValue()).isEqualTo(143);
            }
        }
    }

    private static void upload(int port) throws IOException {
        try (var client = Wire.to(port)) {
            client.send("POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: " + (long) BODY_MIB * MIB + "\r\n\r\n");
            OutputStream out = client.socket().getOutputStream();
            byte[] piece = PIECE.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
            for (int i = 0; i < BODY_MIB; i++) {
                out.write(piece);
            }
            assertThat(client.reply()).startsWith("HTTP/1.1 200").endsWith("all");
        }
    }

    private static void download(int port) throws IOException {
        try (var client = Wire.to(port)) {
            client.send("GET /down HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.until("\r\n\r\n")).startsWith("HTTP/1.1 200");
            long bytes = 0;
            int size;
            do {
                size = Integer.parseInt(client.until("\r\n").strip(), 16);
                assertThat(client.bytes(size + 2)).hasSize(size + 2).endsWith("\r\n");
                bytes += size;
            } while (size > 0);
            assertThat(bytes).isEqualTo((long) BODY_MIB * MIB);
        }
    }
}
