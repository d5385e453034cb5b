package dev.banyan.gateway.shift;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.rules.Analysis.OnFail.To;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalCopyTest {

    private static final Plan PLAN = Fixture.plan(Fixture.onFail(To.BASELINE, 0));
    private static final Head SERVES = Fixture.head(new ShiftState.Running(Fixture.at(PLAN, 3)));
    private static final Head CAPPED =
            new Head("hand", 1, 2, Fixture.KEYS, new ShiftState.Capped(Fixture.NOW, null), false);

    @TempDir
    private Path folder;

    @Test
    void aCopyThatCannotBeReplacedPutsNoRouteUp() throws Exception {
        var copy = new LocalCopy(folder);
        var command = Fixture.command(Command.Kind.FREEZE);
        copy.keep(() -> new LocalCopy.Kept(Map.of("browse", SERVES, "hand", CAPPED), List.of(command)));
        Path inTheWay = Files.createDirectory(folder.resolve("shifts.json.new"));
        copy.keep(() -> LocalCopy.Kept.NOTHING);
        assertThat(copy.isFailing()).isTrue();
        copy.keep(() -> LocalCopy.Kept.NOTHING);
        assertThat(new LocalCopy(folder).load())
                .as("a restart")
                .isEqualTo(new LocalCopy.Kept(Map.of("hand", CAPPED), List.of(command)));

        Files.delete(inTheWay);
        copy.keep(() -> new LocalCopy.Kept(Map.of("browse", SERVES), List.of()));
        assertThat(copy.isFailing()).isFalse();
        assertThat(new LocalCopy(folder).load().heads()).containsOnlyKeys("browse");
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(folder.resolve("shifts.json"));
        }
    }

    @Test
    void whoIsInterruptedKeepsItAllTheSame() {
        var copy = new LocalCopy(folder);
        Thread.currentThread().interrupt();
        copy.keep(() -> new LocalCopy.Kept(Map.of("browse", SERVES), List.of()));
        assertThat(Thread.interrupted()).isTrue();
        assertThat(copy.isFailing()).isFalse();
        assertThat(copy.load().heads()).containsOnlyKeys("browse");
    }

    @Test
    void ofTwoThatKeepAtOnceTheLastKnowsWhatBothAsked() throws Exception {
        var copy = new LocalCopy(folder);
        Set<Command> asked = ConcurrentHashMap.newKeySet();
        var looked = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        asked.add(Fixture.command(Command.Kind.ROLLBACK));
        var first = Thread.ofPlatform()
                .start(() -> copy.keep(() -> {
                    var kept = new LocalCopy.Kept(Map.of(), List.copyOf(asked));
                    looked.countDown();
                    await(goOn);
                    return kept;
                }));
        looked.await();
        asked.add(Fixture.command(Command.Kind.ROLLBACK));
        var second = Thread.ofPlatform().start(() -> copy.keep(() -> new LocalCopy.Kept(Map.of(), List.copyOf(asked))));
        OpenStore.await(
                "it waits, or is through", () -> second.getState() == Thread.State.BLOCKED || !second.isAlive());
        goOn.countDown();
        first.join();
        second.join();
        assertThat(copy.load().commands()).containsExactlyInAnyOrderElementsOf(asked);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
