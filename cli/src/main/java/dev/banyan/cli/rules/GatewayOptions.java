package dev.banyan.cli.rules;

import dev.banyan.cli.toolkit.AdminApi;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which gateway's control store a command means. */
final class GatewayOptions {

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
    private CommandSpec spec;

    @Option(
            names = "--gateway",
            paramLabel = "URL",
            description =
                    "The admin address of a gateway with that control store; when not said, that of the run folder.")
    private @Nullable URI gateway;

    @Option(
            names = "--run-dir",
            paramLabel = "DIR",
            defaultValue = ".banyan/gateway",
            description = "That gateway's run folder, where its token lies (${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // it has a default
    private Path runFolder;

    /** The store behind the gateway; the caller closes it. */
    PushedRules connect() {
        var found = AdminApi.of(runFolder);
        if (gateway == null) {
            return new PushedRules(found);
        }
        try (found) {
            return new PushedRules(found.at(gateway));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--" + e.getMessage(), e);
        }
    }
}
