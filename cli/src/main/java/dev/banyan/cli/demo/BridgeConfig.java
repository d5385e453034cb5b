package dev.banyan.cli.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The bridge's settings for this run: the example of the shop, with this run's addresses. */
final class BridgeConfig {

    private BridgeConfig() {}

    static void write(Path root, Path config, Programs programs) throws IOException {
        var example = root.resolve("cdc-bridge/examples/shop");
        var text = Files.readString(example.resolve("bridge.yaml"));
        Files.writeString(config, text);
    }
}
