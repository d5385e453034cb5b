package dev.banyan.gateway.live;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderWatchTest {

    private static final int WAIT_SECONDS = 30;

    @TempDir
    Path folder;

    @Test
    void whatFailsOnceDoesNotEndTheWatch() throws Exception {
        var told = new LinkedBlockingQueue<String>();
        var unchanged = new CountDownLatch(1);
        var failures = new LinkedBlockingQueue<Runnable>();
        failures.add(() -> {
            throw new OutOfMemoryError("of the test");
        });
        failures.add(() -> {
            throw new IllegalStateException("of the test");
        });
        Runnable changed = () -> {
            told.add("changed");
            failures.remove().run();
        };
        try (var _ = FolderWatch.start(FolderWatch.look(folder), changed, unchanged::countDown)) {
            Files.writeString(folder.resolve("a.yaml"), "routes: []");
            assertThat(told.poll(WAIT_SECONDS, SECONDS)).isNotNull();
            Files.writeString(folder.resolve("b.yaml"), "routes: []");
            assertThat(told.poll(WAIT_SECONDS, SECONDS)).isNotNull();
            assertThat(unchanged.await(WAIT_SECONDS, SECONDS)).isTrue();
        }
    }
}
