package dev.banyan.bridge.config;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WrongUrlTest {

    @TempDir
    Path folder;

    @Test
    void itIsSaidWithoutPasswords() throws Exception {
        var config = Files.writeString(folder.resolve("bridge.yaml"), """
                name: shop
                mapping: mapping.yaml
                source: {jdbcUrl: "jdbc:postgresql://ada:secret@h/legacy", user: u}
                store: {jdbcUrl: "jdbc:oracle://h/store?password=secret"}
                hub: {kafka: {bootstrapServers: "h:9092"}}
                """);

        assertThatThrownBy(() -> BridgeConfig.read(config))
                .hasMessageContaining("'jdbc:postgresql://h/legacy'")
                .hasMessageContaining("'jdbc:oracle://h/store'")
                .hasMessageNotContaining("secret");
    }
}
