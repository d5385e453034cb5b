package dev.banyan.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.process.Guard;
import org.junit.jupiter.api.Test;

class PassThroughTest {

    @Test
    void aProgramThatNoSignalWouldReachIsNotStarted() {
        var before = ProcessHandle.current().children().toList(); // some of earlier tests may end meanwhile
        try (var guard = Guard.start()) {
            assertThatThrownBy(() -> PassThrough.start(guard, new ProcessBuilder("sleep", "600"), hook -> {
                        throw new IllegalStateException("Shutdown in progress");
                    }))
                    .hasMessage("Shutdown in progress");
            assertThat(ProcessHandle.current().children().filter(child -> !before.contains(child)))
                    .as("the guard")
                    .hasSize(1);
        }
    }
}
