package dev.banyan.cli.rules;

import dev.banyan.cli.toolkit.RunFolder;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
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

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
    private RunFolder runFolder;

    /** The store behind the gateway; the caller closes it. */
    PushedRules connect() {
        var found = runFolder.gateway();
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
