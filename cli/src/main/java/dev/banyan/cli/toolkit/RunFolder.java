package dev.banyan.cli.toolkit;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The option that says which running gateway a command means. */
public final class RunFolder {

    @Option(
            names = "--run-dir",
            paramLabel = "DIR",
            defaultValue = ".banyan/gateway",
            description = "The gateway's run folder, where its token lies (${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // it has a default
    private Path folder;

    /** The admin port of that gateway; the caller closes it. */
    public AdminApi gateway() {
        return AdminApi.of(folder);
    }
}
