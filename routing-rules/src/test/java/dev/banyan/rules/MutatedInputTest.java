package dev.banyan.rules;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Files that nobody would write: the reader says what is wrong, or takes all of it; it never breaks and never hangs. */
final class MutatedInputTest {

    private static final List<String> WORDS = List.of(
            "{",
            "}",
            "[",
            "]",
            ":",
            ",",
            "- ",
            "\n",
            "\"",
            "'",
            "#",
            "&a",
            "*a",
            "!!",
            "|",
            ">",
            "---",
            "\t",
            "\u0000",
            "\ufeff",
            "%",
            "weight: 5%",
            "path:",
            "matches:",
            "null",
            "~",
            "0x1",
            "1e999",
            "true",
            "\u2028",
            "\ud800");

    @Test
    void twentyThousandMutatedFiles() throws Exception {
        Assertions.assertTimeoutPreemptively(Duration.ofMinutes(5), () -> mutate(20_000, 1, new Soak()));
    }

    @Test
    @Tag("soak")
    void aMillionMutatedFiles() throws Exception {
        long seed = Long.getLong("soak.seed", System.nanoTime());
        var soak = new Soak();
        int done = mutate(1_000_000, seed, soak);
        soak.report("%,d mutated files, seed %d".formatted(done, seed));
    }

    /** Returns how many were read. */
    private static int mutate(int most, long seed, Soak soak) throws IOException {
        List<String> seeds = seeds();
        var random = new Random(seed);
        int valid = 0;
        int count = 0;
        for (int i = 0; i < most && !soak.isOver(); i++) {
            count++;
            byte[] input = mutated(seeds.get(random.nextInt(seeds.size())), random);
            try {
                RuleSet rules = parse(input);
                RoutingTable.compile(rules);
                valid++;
            } catch (RulesException e) {
                assertThat(e.problems()).isNotEmpty().allSatisfy(each -> {
                    assertThat(each.found()).isNotBlank();
                    assertThat(each.expected()).isNotBlank();
                });
            } catch (RuntimeException | StackOverflowError e) {
                throw new AssertionError("seed " + seed + ", input " + i + ":\n" + new String(input, UTF_8), e);
            }
        }
        // Otherwise the mutations are too wild to find anything.
        assertThat(valid).isBetween(count / 100, count - count / 10);
        return count;
    }

    private static RuleSet parse(byte[] input) throws RulesException {
        List<Problem> problems = new ArrayList<>();
        Map<Path, Yaml> documents = new HashMap<>();
        Path file = Path.of("rules.yaml");
        Yaml document = YamlParser.parse(file, input, problems);
        if (document != null) {
            RULES_SCHEMA.check(file, document, problems);
            documents.put(file, document);
        }
        if (documents.isEmpty()) {
            throw new RulesException(problems);
        }
        RuleSet rules = new RuleReader(problems, true).read(documents);
        problems.addAll(RoutingTable.problems(rules));
        if (!problems.isEmpty()) {
            throw new RulesException(problems);
        }
        return rules;
    }

    private static final RulesSchema RULES_SCHEMA = RulesSchema.load();

    private static List<String> seeds() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src/test/resources/golden"))) {
            List<String> seeds = new ArrayList<>();
            for (Path file : files.sorted().toList()) {
                seeds.add(Files.readString(file).replaceFirst("(?s)----------\n.*", ""));
            }
            return seeds;
        }
    }

    private static byte[] mutated(String seed, Random random) {
        var text = new StringBuilder(seed);
        int changes = random.nextInt(4);
        for (int i = 0; i < changes && !text.isEmpty(); i++) {
            int from = random.nextInt(text.length());
            int to = Math.min(text.length(), from + random.nextInt(20));
            switch (random.nextInt(5)) {
                case 0 -> text.delete(from, to);
                case 1 -> text.insert(from, WORDS.get(random.nextInt(WORDS.size())));
                case 2 -> text.insert(random.nextInt(text.length()), text.substring(from, to));
                case 3 -> text.replace(from, to, WORDS.get(random.nextInt(WORDS.size())));
                default -> text.setCharAt(from, (char) (32 + random.nextInt(95)));
            }
        }
        byte[] bytes = text.toString().getBytes(UTF_8);
        if (bytes.length > 0 && random.nextInt(10) == 0) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return bytes;
    }
}
