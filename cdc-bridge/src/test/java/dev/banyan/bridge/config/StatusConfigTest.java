package dev.banyan.bridge.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatusConfigTest {

    @TempDir
    Path folder;

    private StatusConfig read(String status) throws Exception {
        return BridgeConfig.read(Files.writeString(folder.resolve("b.yaml"), """
                        name: b
                        source: {jdbcUrl: "jdbc:postgresql://127.0.0.1:5432/legacy", user: u}
                        store: {jdbcUrl: "jdbc:h2:file:./s"}
                        mapping: m.yaml
                        hub: {kafka: {bootstrapServers: h}}
                        """ + status))
                .status();
    }

    @Test
    void otherHostsAreToldNothingUnlessThatIsSaid() throws Exception {
        assertThat(read("")).isEqualTo(new StatusConfig(0, null));
        assertThat(read("status: {port: 8090, probes: {port: 8091}}"))
                .isEqualTo(new StatusConfig(8090, new StatusConfig.Probes("0.0.0.0", 8091)));
        assertThat(read("status: {probes: {host: 10.0.0.7, port: 0}}"))
                .isEqualTo(new StatusConfig(0, new StatusConfig.Probes("10.0.0.7", 0)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            status: {host: 0.0.0.0}            | 6:10: bridge.status: unknown key 'host' (expected: one of port, probes
            status: {probes: {host: 10.0.0.7}} | 6:18: bridge.status.probes: no 'port' (expected: port: where probes and Prometheus ask)
            status: {probes: {port: 70000}}    | 6:25: bridge.status.probes.port: '70000' (expected: an integer from 0 to 65535)
            """)
    void whatIsWrongIsSaidAtItsPlace(String status, String expected) {
        assertThatThrownBy(() -> read(status))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(expected);
    }
}
