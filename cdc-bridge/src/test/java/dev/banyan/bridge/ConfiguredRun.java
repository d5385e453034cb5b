package dev.banyan.bridge;

import dev.banyan.bridge.run.RunSettings;
import dev.banyan.bridge.source.Preflight;
import java.nio.file.Path;

/** What the command {@code run} makes of a configuration: settings, and the port of its pages. */
public record ConfiguredRun(RunSettings settings, int statusPort) {

    public static ConfiguredRun of(Path config, int acceptedTimeline) throws Exception {
        var setup = Setup.read(config);
        return new ConfiguredRun(
                setup.run(new Preflight.Accepted(acceptedTimeline, 0)),
                setup.config().status().port());
    }

    /** The same with so many rows or events in memory where more can go to a file. */
    public ConfiguredRun inMemory(int rowsMax) {
        var of = settings;
        var limits = of.limits();
        return new ConfiguredRun(
                new RunSettings(
                        of.name(),
                        of.source(),
                        of.store(),
                        of.mapper(),
                        of.hub(),
                        new RunSettings.Limits(
                                limits.transaction(), limits.queueBytesMax(), limits.unitRowsMax(), rowsMax),
                        of.backfillOnFirstStart(),
                        of.heartbeat(),
                        of.silenceMax(),
                        of.lease(),
                        of.accepted(),
                        of.lake(),
                        of.spool(),
                        of.watcher()),
                statusPort);
    }
}
