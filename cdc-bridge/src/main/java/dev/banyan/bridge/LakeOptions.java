package dev.banyan.bridge;

import dev.banyan.bridge.config.BridgeConfig;
import dev.banyan.bridge.config.ConfigException;
import dev.banyan.bridge.lake.LakeFilter;
import dev.banyan.bridge.lake.LakePlace;
import dev.banyan.bridge.lake.LakeReader;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which lake, and which of its events. */
final class LakeOptions {

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(
            names = "--lake",
            paramLabel = "PLACE",
            description = "a folder, or s3://BUCKET/PREFIX (default: the lake of --config)")
    private @Nullable String lake;

    @Option(names = "--config", paramLabel = "FILE", description = "the bridge's configuration file")
    @Nullable
    Path config;

    @Option(
            names = "--from",
            paramLabel = "TIME",
            description = "committed then or later: 2026-01-31 or 2026-01-31T12:00:00Z")
    private @Nullable String from;

    @Option(names = "--to", paramLabel = "TIME", description = "committed before")
    private @Nullable String to;

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            description = "a whole type, or a part of it between dots: OrderPaid")
    private @Nullable String type;

    @Option(
            names = "--subject",
            paramLabel = "SUBJECT",
            description = "a subject, or with * at its end all that begin so")
    private @Nullable String subject;

    LakeReader reader() throws ConfigException {
        return new LakeReader(place());
    }

    private LakePlace place() throws ConfigException {
        if (lake != null) {
            try {
                return LakePlace.of(lake);
            } catch (IllegalArgumentException e) {
                throw new ParameterException(spec.commandLine(), "--lake: " + e.getMessage(), e);
            }
        }
        if (config == null) {
            throw new ParameterException(spec.commandLine(), "which lake? (expected: --config FILE, or --lake PLACE)");
        }
        var settings = BridgeConfig.read(config).lake();
        if (settings == null) {
            throw new ParameterException(
                    spec.commandLine(), config + ": no lake (expected: lake.folder or lake.s3, or --lake PLACE)");
        }
        return settings.place();
    }

    /** What is put before the path of a file in the lake to name it to consumers. */
    String uri(Setup setup) throws ConfigException {
        var configured = setup.lake();
        return lake == null && configured != null ? configured.uri() : place().uri();
    }

    LakeFilter filter() {
        return new LakeFilter(time("--from", from), time("--to", to), type, subject);
    }

    private @Nullable Instant time(String option, @Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            return text.length() == 10
                    ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
                    : Instant.parse(text);
        } catch (DateTimeException e) {
            throw new ParameterException(
                    spec.commandLine(), option + ": '" + text + "' (expected: 2026-01-31 or 2026-01-31T12:00:00Z)", e);
        }
    }
}
