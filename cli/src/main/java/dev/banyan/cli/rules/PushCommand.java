package dev.banyan.cli.rules;

import dev.banyan.cli.toolkit.CommandFailed;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code banyan rules push}: a folder of rules becomes the next version in the control store. */
@Command(
        name = "push",
        description = {
            "Put the rules of DIR into the control store, as the version after the one they were pulled or pushed as.",
            "Every gateway with --rules store: then serves by them. They are checked here and by the gateway first.",
            "Exit codes: 0 pushed, 1 refused or not valid, 2 wrong usage."
        },
        mixinStandardHelpOptions = true)
final class PushCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "The folder of rules.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
    private Path folder;

    @Mixin
    private final GatewayOptions gateway = new GatewayOptions();

    @Option(names = "--why", paramLabel = "TEXT", required = true, description = "What this version is for.")
    @SuppressWarnings("NullAway.Init") // it is required
    private String why;

    @Option(
            names = "--by",
            paramLabel = "NAME",
            description = "Who pushes; the name of the system's user when not said.")
    private String by = System.getProperty("user.name", "");

    @Option(
            names = "--base",
            paramLabel = "N",
            description = "The version this one replaces; the one that DIR was pulled or pushed as when not said.")
    private @Nullable Long base;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() {
        RuleFiles.table(folder, spec.commandLine().getErr());
        try (var store = gateway.connect()) {
            var there = store.list();
            var where = there.path("store").asString("");
            var pushed = store.push(base == null ? baseOf(where, there) : base, PulledFrom.filesOf(folder), by, why);
            long version = pushed.path("version").asLong();
            keep(new PulledFrom(where, version, version));
            var out = spec.commandLine().getOut();
            out.println(
                    json
                            ? JsonMapper.shared().writeValueAsString(pushed)
                            : "version " + version + ", hash "
                                    + pushed.path("hash").asString(""));
            out.flush();
        }
        return 0;
    }

    /** The version is in the store by now, and gateways serve by it: that a folder may not be written in is no failure of the push. */
    private void keep(PulledFrom pushed) {
        try {
            pushed.keepIn(folder);
        } catch (CommandFailed e) {
            var err = spec.commandLine().getErr();
            err.println("warning: " + e.getMessage() + "; the next push from here needs --base " + pushed.version());
            err.flush();
        }
    }

    private long baseOf(String where, JsonNode there) {
        long newest = there.path("newest").asLong();
        var from = PulledFrom.of(folder).filter(known -> known.store().equals(where));
        if (from.isEmpty() && newest > 0) {
            var last = there.path("versions").path(0);
            throw new CommandFailed(
                    "%s: not pulled from %s, which has version %d by %s: %s (expected: rules pull, or --base %d)"
                            .formatted(
                                    folder,
                                    where,
                                    newest,
                                    last.path("by").asString("?"),
                                    last.path("why").asString("?"),
                                    newest));
        }
        return from.map(PulledFrom::base).orElse(0L);
    }
}
