package dev.banyan.cli.rules;

import dev.banyan.cli.toolkit.CommandFailed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code banyan rules pull}: a version of the rules from the control store, into a folder. */
@Command(
        name = "pull",
        description = {
            "Write a version of the rules from the control store into DIR. What DIR has is replaced only if it is a version too.",
            "Exit codes: 0 pulled, 1 refused, 2 wrong usage."
        },
        mixinStandardHelpOptions = true)
final class PullCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "The folder of rules; made if it is not there.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
    private Path folder;

    @Mixin
    private final GatewayOptions gateway = new GatewayOptions();

    @Option(names = "--number", paramLabel = "N", description = "Which version; the last one when not said.")
    private @Nullable Long wanted;

    @Override
    public Integer call() {
        try (var store = gateway.connect()) {
            var there = store.list();
            var where = there.path("store").asString("");
            long newest = there.path("newest").asLong();
            if (newest == 0) {
                throw new CommandFailed(where + ": no version of the rules (expected: rules push first)");
            }
            long version = wanted == null ? newest : wanted;
            var files = store.files(version);
            refuseOwnChanges(store, where, files);
            write(files);
            // An older version is pulled to be pushed again: what it then replaces is the last one.
            new PulledFrom(where, newest, version).keepIn(folder);
            var out = spec.commandLine().getOut();
            out.println("version " + version + " in " + folder);
            out.flush();
        }
        return 0;
    }

    /** Each file must be that of the version it was made of, or of the one that is pulled: a pull that broke off leaves both. */
    private void refuseOwnChanges(PushedRules store, String where, Map<String, String> next) {
        if (!Files.isDirectory(folder)) {
            return;
        }
        Map<String, String> mine = PulledFrom.filesOf(folder);
        var from = PulledFrom.of(folder).filter(known -> known.store().equals(where));
        var before = from.isEmpty()
                ? Map.<String, String>of()
                : store.files(from.get().version());
        var names = new TreeSet<>(mine.keySet());
        names.addAll(before.keySet());
        for (var name : mine.isEmpty() ? Set.<String>of() : names) {
            var text = mine.get(name);
            if (!Objects.equals(text, before.get(name)) && !Objects.equals(text, next.get(name))) {
                throw new CommandFailed(
                        folder + ": has rules that are no version of " + where
                                + " (expected: push them, or pull into another folder; after a pull that broke off, that one again)");
            }
        }
    }

    private void write(Map<String, String> files) {
        try {
            Files.createDirectories(folder);
            var before = PulledFrom.filesOf(folder).keySet();
            TextFile.replaceAll(folder, files);
            for (String old : before) {
                if (!files.containsKey(old)) {
                    Files.delete(folder.resolve(old));
                }
            }
        } catch (IOException e) {
            throw new CommandFailed(folder + ": not written: " + e, e);
        }
    }
}
