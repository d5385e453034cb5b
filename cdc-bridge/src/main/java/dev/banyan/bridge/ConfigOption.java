package dev.banyan.bridge;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** What every command reads first. */
final class ConfigOption {

    @Option(names = "--config", required = true, paramLabel = "FILE", description = "the bridge's configuration file")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    Path config;
}
