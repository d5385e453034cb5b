package dev.banyan.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class PortsTest {

    private static final Path GIVEN_AWAY = Path.of("/proc/sys/net/ipv4/ip_local_port_range");

    @Test
    void portsAreDifferentAndFree() throws IOException {
        var ports = Ports.free(50);
        assertThat(ports).hasSize(50).doesNotHaveDuplicates();
        for (int port : ports) {
            new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
        }
    }

    @Test
    void theSystemGivesThemToNobodyElse() throws IOException {
        Assumptions.assumeTrue(Files.isReadable(GIVEN_AWAY), "only Linux says which ports it gives away");
        int first;
        try (var lines = Files.lines(GIVEN_AWAY)) {
            first = Integer.parseInt(lines.findFirst().orElseThrow().split("\\s+", -1)[0]);
        }
        Assumptions.assumeTrue(first > 11_024, "this machine gives away nearly all");
        assertThat(Ports.free(50)).allMatch(port -> port < first);
    }
}
