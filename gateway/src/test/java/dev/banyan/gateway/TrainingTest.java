package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingTest {

    @TempDir
    Path folder;

    @Test
    void whatTheJvmIsTrainedByAreRequestsThatAreServed() throws Exception {
        assertThat(Training.run(folder, 20, Long.MAX_VALUE)).isEqualTo(20);
        assertThat(folder.resolve("run")).isNotEmptyDirectory();
        assertThat(Path.of("gateway.lock"))
                .as("the folder where somebody stands is no run folder")
                .doesNotExist();
    }
}
