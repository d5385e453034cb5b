package dev.banyan.bridge;

import dev.banyan.bridge.cel.CelConditions;
import dev.banyan.bridge.contract.Compatibility;
import dev.banyan.bridge.contract.ContractFiles;
import dev.banyan.bridge.contract.Finding;
import dev.banyan.bridge.contract.Mode;
import dev.banyan.bridge.mapping.Mapping;
import dev.banyan.bridge.mapping.MappingException;
import dev.banyan.bridge.mapping.MappingFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

/** {@code banyan bridge contracts}: what the events of a mapping look like, and what a change of it would break. */
@Command(
        name = "contracts",
        mixinStandardHelpOptions = true,
        description = {
            "Writes a JSON Schema for each event of a mapping and an AsyncAPI document for all, or compares the mapping with them.",
            "Exit codes: 0 written, or nothing differs; 1 a change is breaking, or a file is not valid; 2 wrong usage; "
                    + "3 with --check: it differs, but breaks nothing."
        })
final class ContractsCommand implements Callable<Integer> {

    private static final int EXIT_DIFFERS = 3;

    @Parameters(paramLabel = "MAPPING", description = "the mapping file")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path file;

    @ArgGroup(exclusive = true, multiplicity = "1")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Folder folder;

    static final class Folder {

        @Option(
                names = "--out",
                paramLabel = "DIR",
                description =
                        "write here; refused when contracts are there that readers rely on and that would be broken")
        private @Nullable Path out;

        @Option(names = "--check", paramLabel = "DIR", description = "compare with the contracts in DIR, write nothing")
        private @Nullable Path check;
    }

    @Option(
            names = "--mode",
            description = "how the hub carries events: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}, Kafka)")
    private Mode mode = Mode.BINARY;

    @Option(
            names = "--replay",
            description = "a change is also breaking when new readers could not read old events of the lake")
    private boolean replay;

    @Option(names = "--force", description = "with --out: write even if that breaks something")
    private boolean force;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    @Override
    public Integer call() throws MappingException, IOException {
        var mapping = MappingFile.read(file, new CelConditions());
        var files = ContractFiles.of(mapping, mode);
        return folder.check != null ? check(mapping, files, folder.check) : write(mapping, files, folder.out);
    }

    private int check(Mapping mapping, SortedMap<String, String> files, Path folder) throws IOException {
        var findings = findings(mapping, folder);
        var stale = ContractFiles.stale(files, folder);
        print(findings, stale);
        if (breaking(findings) > 0) {
            return 1;
        }
        return findings.isEmpty() && stale.isEmpty() ? 0 : EXIT_DIFFERS;
    }

    private int write(Mapping mapping, SortedMap<String, String> files, @Nullable Path folder) throws IOException {
        if (folder == null) {
            throw new IllegalStateException("neither --out nor --check, which picocli has seen to");
        }
        List<Finding> findings = force || !ContractFiles.areIn(folder) ? List.of() : findings(mapping, folder);
        var stale = ContractFiles.stale(files, folder);
        var isRefused = breaking(findings) > 0;
        if (!isRefused) {
            ContractFiles.write(files, folder);
        }
        print(findings, stale);
        if (isRefused) {
            System.err.println(
                    folder + ": nothing written (expected: no breaking change, a later version in 'type', or --force)");
        }
        return isRefused ? 1 : 0;
    }

    private List<Finding> findings(Mapping mapping, Path folder) throws IOException {
        return Compatibility.between(ContractFiles.read(folder), mapping, mode, replay);
    }

    private static long breaking(List<Finding> findings) {
        return findings.stream().filter(Finding::isBreaking).count();
    }

    private void print(List<Finding> findings, List<String> stale) {
        if (json) {
            var whole = new LinkedHashMap<String, Object>();
            whole.put("breaking", breaking(findings));
            whole.put("findings", findings.stream().map(this::json).toList());
            whole.put("files", stale);
            System.out.println(JsonMapper.shared().writeValueAsString(whole));
            return;
        }
        findings.forEach(finding -> System.out.println(finding.line(file)));
        System.out.println(findings.size() + " differences, " + breaking(findings) + " breaking; "
                + (folder.check == null ? "files written: " : "files that differ: ") + stale.size());
    }

    private Map<String, Object> json(Finding finding) {
        var json = new LinkedHashMap<String, Object>();
        json.put("breaking", finding.isBreaking());
        json.put("file", file.toString());
        json.put("line", finding.at().line());
        json.put("column", finding.at().column());
        json.put("where", finding.where());
        json.put("found", finding.found());
        json.put(finding.isBreaking() ? "expected" : "before", finding.expected());
        json.put("types", finding.types());
        return json;
    }
}
