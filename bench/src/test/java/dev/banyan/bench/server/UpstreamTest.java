package dev.banyan.bench.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bench.load.Content;
import dev.banyan.bench.load.LoadFailed;
import dev.banyan.bench.load.OneRequest;
import dev.banyan.process.Ports;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class UpstreamTest {

    private static final int PORT = Ports.free(1).getFirst();
    private static final long BYTES = 5_000_000;

    @BeforeAll
    static void start() throws InterruptedException {
        Thread.ofVirtual().start(() -> {
            try {
                Upstream.main(new String[] {Integer.toString(PORT)});
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!listens() && System.nanoTime() < deadline) {
            Thread.sleep(10);
        }
    }

    private static boolean listens() {
        try {
            return OneRequest.text(PORT, "/bytes/1", 1).length() == 1;
        } catch (LoadFailed e) {
            return false;
        }
    }

    @Test
    void bothWaysOfALargeTransferHaveTheHashThatAnybodyCanCompute() {
        var hash = Content.hash(BYTES);
        assertThat(OneRequest.download(PORT, "/r0/bytes/" + BYTES, BYTES)).isEqualTo(hash);
        assertThat(OneRequest.upload(PORT, "/r0/hash", BYTES)).isEqualTo(hash);
        assertThat(Content.hash(BYTES - 1)).isNotEqualTo(hash);
    }

    @Test
    void requestsAreCountedAndUnknownPathsAre404() {
        var before = Long.parseLong(OneRequest.text(PORT, "/count", 20));
        OneRequest.text(PORT, "/r0/bytes/16", 16);
        assertThatThrownBy(() -> OneRequest.text(PORT, "/elsewhere", 1)).hasMessageContaining("404");
        assertThat(Long.parseLong(OneRequest.text(PORT, "/count", 20))).isGreaterThanOrEqualTo(before + 2);
    }
}
