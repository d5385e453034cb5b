package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page of faults names tests that exist, and leaves no fault out. */
class FaultsPageTest {

    private static final Path PAGE = Path.of("../docs/explanation/faults.md");
    private static final Pattern NAMED = Pattern.compile("`([A-Z][A-Za-z0-9]*Test)(?:\\.([a-z][A-Za-z0-9]*))?`");
    private static final int FAULTS = 30;

    @Test
    void theTestsItNamesExist() throws IOException {
        List<String> missing = new ArrayList<>();
        Matcher named = NAMED.matcher(Files.readString(PAGE));
        int count = 0;
        while (named.find()) {
            count++;
            String method = named.group(2);
            String text = source(named.group(1));
            if (text.isEmpty() || (method != null && !text.contains("void " + method + "("))) {
                missing.add(named.group());
            }
        }
        assertThat(missing).isEmpty();
        assertThat(count).isGreaterThan(FAULTS);
    }

    @Test
    void noFaultIsLeftOut() throws IOException {
        List<String> lines = Files.readAllLines(PAGE);
        for (int i = 1; i <= FAULTS; i++) {
            String begin = "| G" + i + " ";
            assertThat(lines).filteredOn(line -> line.startsWith(begin)).hasSize(1);
        }
    }

    private static String source(String test) throws IOException {
        for (String tests : List.of("src/test/java", "../routing-rules/src/test/java")) {
            try (Stream<Path> files = Files.walk(Path.of(tests))) {
                List<Path> found =
                        files.filter(each -> each.endsWith(test + ".java")).toList();
                if (!found.isEmpty()) {
                    return Files.readString(found.getFirst());
                }
            }
        }
        return "";
    }
}
