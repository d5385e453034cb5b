package dev.banyan.rules.imports;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.banyan.rules.Problem;
import dev.banyan.rules.RoutingTable;
import dev.banyan.rules.RulesException;
import dev.banyan.rules.RulesFolder;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** A file of {@code src/test/resources/imports}: a line of options, the source, a line of dashes, and what comes of it. */
record ImportCase(Path file, String options, String source, String expected) {

    static final Path CASES = Path.of("src/test/resources/imports");
    static final String LINE = "\n----------\n";

    static ImportCase of(String name) throws IOException {
        Path file = CASES.resolve(name + ".golden");
        String text = Files.readString(file);
        int first = text.indexOf('\n');
        int end = text.indexOf(LINE);
        String source = text.substring(first + 1, end < 0 ? text.length() : end + 1);
        return new ImportCase(
                file, text.substring(0, first), source, end < 0 ? "" : text.substring(end + LINE.length()));
    }

    /** Every case is to be found out: no form is said. */
    Imported read() throws RulesException {
        URI legacy = null;
        Map<String, URI> candidates = new HashMap<>();
        String[] words = options.split(" ", -1);
        for (int i = 1; i + 1 < words.length; i += 2) {
            if (words[i].equals("--legacy")) {
                legacy = URI.create(words[i + 1]);
            } else {
                String[] parts = words[i + 1].split("=", 2);
                candidates.put(parts[0], URI.create(parts[1]));
            }
        }
        return RulesImport.read(Map.of(Path.of(words[0]), source), null, new ImportOptions(legacy, candidates));
    }

    RoutingTable table() throws RulesException {
        return RoutingTable.compile(
                RulesFolder.parse(Path.of("rules.yaml"), read().text().getBytes(UTF_8)));
    }

    String outcome() {
        try {
            Imported imported = read();
            return imported.text()
                    + imported.notCarriedOver().stream()
                            .map(each -> each + "\n")
                            .collect(Collectors.joining("", "----------\n", ""));
        } catch (RulesException e) {
            return e.problems().stream().map(Problem::toString).collect(Collectors.joining("\n", "", "\n"));
        }
    }
}
