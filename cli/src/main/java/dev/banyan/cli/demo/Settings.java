package dev.banyan.cli.demo;

import dev.banyan.process.RunFolder;
import java.nio.file.Path;
import java.util.Optional;

/** What a person asked of the demo; {@code keep} leaves the data of the servers in the run folder. */
public record Settings(
        Path root, RunFolder folder, Size size, long seed, boolean pauses, boolean keep, Optional<Path> reportFile) {}
