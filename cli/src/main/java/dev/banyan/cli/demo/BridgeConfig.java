package dev.banyan.cli.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import tools.jackson.databind.json.JsonMapper;

/** The bridge's settings for this run: the mapping of the shop, with this run's addresses. */
final class BridgeConfig {

    private BridgeConfig() {}

    /** Writes {@code config} and, beside it, the keys that e-mail addresses are hashed with, and what waits is encrypted with. */
    static void write(Path mapping, Path config, Programs programs) throws IOException {
        Files.writeString(
                config, text(mapping, programs.postgresPort(), programs.bootstrapServers(), programs.bridgePort()));
        writeKey(config.resolveSibling("hash.key"));
        writeKey(config.resolveSibling("fault.key"));
    }

    static String text(Path mapping, int postgresPort, String bootstrapServers, int bridgePort) {
        return """
            # Written by the demo; docs/reference has the meaning of each key.
            name: shop
            source:
              jdbcUrl: jdbc:postgresql://127.0.0.1:%d/legacy
              user: postgres
              password: postgres
              manage: true        # the demo's database is the bridge's to prepare: publication, slot, replica identity
            store:
              jdbcUrl: jdbc:h2:file:./store
            hub:
              kafka:
                bootstrapServers: %s
            mapping: %s
            hashKeyFile: hash.key
            faultKeyFile: fault.key
            status:
              port: %d
            """.formatted(
                        postgresPort,
                        bootstrapServers,
                        JsonMapper.shared().writeValueAsString(mapping.toString()), // a text in YAML, too
                        bridgePort);
    }

    private static void writeKey(Path key) throws IOException {
        if (!Files.exists(key)) {
            var ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
            Files.createFile(key, ownerOnly);
            Files.writeString(key, randomHex() + "\n");
        }
    }

    private static String randomHex() {
        var bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
