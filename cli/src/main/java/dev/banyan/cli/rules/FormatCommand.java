package dev.banyan.cli.rules;

import dev.banyan.cli.toolkit.CommandFailed;
import dev.banyan.rules.RulesException;
import dev.banyan.rules.format.RulesFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code banyan rules format}: one order and layout for rule files. */
@Command(
        name = "format",
        description = {
            "Bring rule files into one order and layout. Comments stay, and the rules mean the same as before.",
            "Exit codes: 0 ok, 1 a file has a mistake and was left alone, 3 --check found a file that would change."
        },
        mixinStandardHelpOptions = true)
final class FormatCommand implements Callable<Integer> {

    private static final int FAILED = 1;
    private static final int WOULD_CHANGE = 3;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR|FILE", arity = "1..*", description = "Folders of rules, or single files.")
    private List<Path> paths = List.of();

    @Option(names = "--check", description = "Write nothing; name the files that would change and exit with 3.")
    private boolean check;

    @Option(names = "--stdout", description = "Write nothing; print the layout of the one file.")
    private boolean stdout;

    @Override
    public Integer call() {
        List<Path> files = paths.stream().flatMap(each -> files(each).stream()).toList();
        if (stdout && files.size() != 1) {
            throw new ParameterException(
                    spec.commandLine(), "--stdout: " + files.size() + " files (expected: exactly one)");
        }
        var out = spec.commandLine().getOut();
        int failed = 0;
        int changed = 0;
        for (var file : files) {
            try {
                var before = TextFile.read(file);
                var after = RulesFormat.format(file, before);
                if (stdout) {
                    out.print(after);
                }
                if (!after.equals(before)) {
                    changed++;
                    report(file, after);
                }
            } catch (RulesException e) {
                failed++;
                Problems.print(e.problems(), spec.commandLine().getErr());
            }
        }
        out.flush();
        if (failed > 0) {
            return FAILED;
        }
        return check && changed > 0 ? WOULD_CHANGE : 0;
    }

    private void report(Path file, String after) {
        if (check) {
            spec.commandLine().getErr().println(file + ": would change");
            spec.commandLine().getErr().flush();
        } else if (!stdout) {
            TextFile.replace(file, after);
            spec.commandLine().getOut().println(file + ": formatted");
        }
    }

    /** The file itself, or the rule files directly in the folder. */
    private static List<Path> files(Path path) {
        if (!Files.isDirectory(path)) {
            return List.of(path);
        }
        List<Path> files = new ArrayList<>();
        try (Stream<Path> all = Files.list(path)) {
            all.filter(each -> each.getFileName().toString().endsWith(".yaml"))
                    .filter(each -> !each.getFileName().toString().startsWith("."))
                    .filter(Files::isRegularFile)
                    .sorted()
                    .forEach(files::add);
        } catch (IOException e) {
            throw new CommandFailed(path + ": unreadable: " + e, e);
        }
        if (files.isEmpty()) {
            throw new CommandFailed(path + ": no files *.yaml");
        }
        return files;
    }
}
