package dev.banyan.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnNameTest {

    @TempDir
    Path folder;

    @Test
    void itIsWhatTheSystemCallsTheMachineElseTheEnvironment() throws Exception {
        Path file = folder.resolve("hostname");
        Map<String, String> environment = Map.of("HOSTNAME", "shop-2");
        assertThat(OwnName.machine(environment, file)).isEqualTo("shop-2");
        assertThat(OwnName.machine(Map.of(), file)).isEqualTo("localhost");
        Files.writeString(file, "shop-1\n");
        assertThat(OwnName.machine(environment, file)).isEqualTo("shop-1");
        assertThat(OwnName.get())
                .startsWith(ProcessHandle.current().pid() + "@")
                .doesNotContain("\n")
                .doesNotEndWith("@");
    }
}
