package dev.banyan.cli.rules;

import dev.banyan.rules.RulesException;
import dev.banyan.rules.imports.ImportForm;
import dev.banyan.rules.imports.ImportOptions;
import dev.banyan.rules.imports.Imported;
import dev.banyan.rules.imports.RulesImport;
import java.net.URI;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code banyan rules import}: a folder of rules made of what another system is configured with. */
@Command(
        name = "import",
        description = {
            "Start a folder of rules from a Spring Cloud Gateway, HTTPRoutes of the Gateway API, an OpenAPI document, or an",
            "application of AWS Refactor Spaces.",
            "What cannot be carried over is listed, and stands as a comment in the rules.",
            "Exit codes: 0 ok, 1 nothing was written or, with --strict, something was not carried over."
        },
        mixinStandardHelpOptions = true)
final class ImportCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "YAML or JSON files of one form.")
    private List<Path> files = List.of();

    @Option(
            names = "--from",
            paramLabel = "FORM",
            description = "${COMPLETION-CANDIDATES}; found out when not said.",
            converter = Form.class,
            completionCandidates = Form.class)
    private @Nullable ImportForm form;

    @Option(names = "--legacy", paramLabel = "URL", description = "Where the application runs today: the baseline.")
    private @Nullable URI legacy;

    @Option(
            names = "--candidate",
            paramLabel = "NAME=URL",
            description = "The address of a backend that the source only names; as often as needed.")
    private Map<String, URI> candidates = Map.of();

    @Option(names = "-o", paramLabel = "DIR", description = "The folder to write; routing-rules when not said.")
    private Path folder = Path.of("routing-rules");

    @Option(names = "--strict", description = "Exit with 1 when something was not carried over.")
    private boolean strict;

    @Override
    public Integer call() {
        Map<Path, String> texts = new LinkedHashMap<>();
        files.forEach(each -> texts.put(each, TextFile.read(each)));
        RulesDir.refuseToOverwrite(folder);
        Imported imported;
        try {
            imported = RulesImport.read(texts, form, new ImportOptions(legacy, candidates));
        } catch (RulesException e) {
            Problems.print(e.problems(), spec.commandLine().getErr());
            return 1;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        Path file = RulesDir.create(folder, imported.text());
        var err = spec.commandLine().getErr();
        imported.notCarriedOver().forEach(err::println);
        err.flush();
        int left = imported.notCarriedOver().size();
        var out = spec.commandLine().getOut();
        out.println(file + ": " + Problems.count(imported.routes(), "route") + " from " + imported.form() + ", "
                + Problems.count(left, "thing") + " not carried over");
        out.println("next: ./banyan rules validate " + folder);
        out.flush();
        return strict && left > 0 ? 1 : 0;
    }

    /** The forms as people type them. */
    static final class Form implements ITypeConverter<ImportForm>, Iterable<String> {

        private static final List<ImportForm> ALL = List.of(ImportForm.values());

        @Override
        public ImportForm convert(String value) {
            return ALL.stream()
                    .filter(each -> each.toString().equals(value))
                    .findFirst()
                    .orElseThrow(() -> new TypeConversionException(value + " (expected: one of " + ALL + ")"));
        }

        @Override
        public Iterator<String> iterator() {
            Stream<String> names = ALL.stream().map(ImportForm::toString);
            return names.iterator();
        }
    }
}
