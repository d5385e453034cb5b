package dev.banyan.bridge.config;

import dev.banyan.bridge.yaml.Section;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The status pages: all of them at {@code port} of loopback, 0 for a free one, and those that tell nothing of the data at {@code probes}. */
public record StatusConfig(int port, @Nullable Probes probes) {

    /** An address that other hosts can reach. */
    public record Probes(String host, int port) {}

    static StatusConfig read(Optional<Section> section) {
        return section.map(status -> {
                    var config = new StatusConfig(
                            status.integer("port", 0, 65_535, 0),
                            status.section("probes").map(StatusConfig::probes).orElse(null));
                    status.end();
                    return config;
                })
                .orElse(new StatusConfig(0, null));
    }

    private static Probes probes(Section section) {
        section.require("port", "port: where probes and Prometheus ask");
        var probes = new Probes(section.text("host").orElse("0.0.0.0"), section.integer("port", 0, 65_535, 0));
        section.end();
        return probes;
    }
}
