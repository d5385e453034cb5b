package dev.banyan.bench;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bench.load.LoadFailed;
import dev.banyan.bench.measure.Probe;
import dev.banyan.bench.measure.ProcessTree;
import dev.banyan.process.Children;
import dev.banyan.process.RunFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunningTest {

    private static final class OfADeadJvm implements Probe {

        @Override
        public long allocatedBytes() throws IOException {
            throw new IOException("connection refused");
        }

        @Override
        public long compiledMillis() throws IOException {
            throw new IOException("connection refused");
        }

        @Override
        public boolean isCompiling() throws IOException {
            throw new IOException("connection refused");
        }

        @Override
        public long liveBytes() throws IOException {
            throw new IOException("connection refused");
        }

        @Override
        public void close() throws IOException {
            throw new IOException("connection refused");
        }
    }

    /** It ended in the case before; it is left out of this one, and the rest goes on. */
    @Test
    void aPeerThatHasDiedFailsLikeOneThatAnswersWrong(@TempDir Path folder) {
        try (var children = new Children(RunFolder.at(folder))) {
            var child = children.start(Children.Role.APPLICATION, "stock", List.of("true"));
            var running = new Running("stock", 1, null, child, ProcessTree.self(), new OfADeadJvm(), 1);
            for (var question : List.<ThrowingCallable>of(
                    running::allocatedBytes, running::compiledMillis, running::isCompiling, running::liveBytes)) {
                assertThatThrownBy(question).isInstanceOf(LoadFailed.class).hasMessageContaining("connection refused");
            }
        }
    }
}
