package dev.banyan.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.config.BridgeConfig;
import dev.banyan.bridge.mapping.MappingFile;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The example people copy is one the bridge reads. */
class ShopExampleTest {

    private static final Path FOLDER = Path.of("examples/shop");

    @Test
    void theShopsConfigurationNamesTheShopsMapping() throws Exception {
        var config = BridgeConfig.read(FOLDER.resolve("bridge.yaml"));

        assertThat(config.name()).isEqualTo("shop");
        assertThat(config.source().slot()).isEqualTo("banyan_shop");
        assertThat(config.hashKeyFile()).hasFileName("hash.key");
        assertThat(MappingFile.read(config.mapping()).aggregates()).hasSize(4);
    }
}
