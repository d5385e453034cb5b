package dev.banyan.gateway.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.rules.Compare;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the reference page shows is what happens. */
class ComparisonPageTest {

    private static final Path PAGE =
            Path.of(System.getProperty("banyan.root", ".."), "docs", "reference", "comparison.md");
    private static final Map<String, String> TYPES = Map.of(
            "json", "application/json",
            "xml", "application/xml",
            "html", "text/html",
            "text", "text/plain",
            "form", "application/x-www-form-urlencoded",
            "binary", "image/png");

    record Example(String form, List<String> lines) {}

    static Stream<Example> examples() throws IOException {
        var examples = new ArrayList<Example>();
        Pattern.compile("```example (\\w+)\n(.*?)\n```", Pattern.DOTALL)
                .matcher(Files.readString(PAGE))
                .results()
                .forEach(match -> examples.add(
                        new Example(match.group(1), match.group(2).lines().toList())));
        return examples.stream();
    }

    @ParameterizedTest
    @MethodSource("examples")
    void everyExampleComesOutAsItIsWritten(Example example) {
        List<String> lines = new ArrayList<>(example.lines());
        Compare rules = lines.getFirst().startsWith("compare:") ? Replies.rules(lines.removeFirst()) : Compare.UNSET;
        Reply baseline = reply(example.form(), lines.removeFirst(), "baseline:");
        Reply candidate = reply(example.form(), lines.removeFirst(), "candidate:");

        assertThat(Replies.text(Replies.compare(rules, baseline, candidate))).isEqualTo(String.join("\n", lines));
    }

    private static Reply reply(String form, String line, String label) {
        assertThat(line).startsWith(label);
        String body = line.substring(label.length()).strip();
        boolean hasStatus = body.matches("\\d{3} .*");
        return Replies.of(
                hasStatus ? Integer.parseInt(body.substring(0, 3)) : 200,
                Objects.requireNonNull(TYPES.get(form)),
                hasStatus ? body.substring(4) : body);
    }

    @Test
    void everyOptionHasAnExample() throws IOException {
        String examples = examples()
                .map(example -> example.lines().getFirst())
                .filter(line -> line.startsWith("compare:"))
                .toList()
                .toString();
        assertThat(examples)
                .contains("status:", "ignore:", "keyedBy:", "order:", "abs:", "rel:", "within:", "nullEqualsAbsent:")
                .contains("additions:", "selector:", "ignoreAttributes:", "pattern:", "redact:", "expires:", "xml:");
    }

    @Test
    void theNumbersOnThePageAreTheOnesInForce() throws IOException {
        String page = Files.readString(PAGE).replace('\n', ' ');
        assertThat(page)
                .contains("up to " + number(Align.IN_ORDER_MAX) + " elements")
                .contains("up to " + JsonMatching.MATCHED_MAX + " on each side")
                .contains("At most " + Found.DIFFERENCES_MAX + " are listed")
                .contains("nested deeper than " + JsonDocuments.DEPTH_MAX)
                .contains("a number of more than " + number(JsonDocuments.NUMBER_CHARS_MAX) + " characters")
                .contains("more than " + JsonSpot.PROPERTIES_MAX + " keys")
                .contains("up to " + RouteLedger.GROUPS_MAX + " groups")
                .contains("up to " + number(Sample.BODY_CHARS_MAX) + " characters of each body")
                .contains((Evidence.SAMPLE_CHARS_MAX >> 20) + " Mi characters")
                .contains("at least " + Noise.CONTROLS_MIN + " times")
                .contains("at least " + Noise.CONTROLS_DIFFERING_MIN + " times")
                .contains("nothing in " + number(IgnoreProposal.IDLE_MIN) + " comparisons");
        assertThat(Body.DECODED_BYTES_MAX).isEqualTo(1 << 20);
    }

    private static String number(long number) {
        return "%,d".formatted(number).replace('.', ',').toLowerCase(Locale.ROOT);
    }
}
