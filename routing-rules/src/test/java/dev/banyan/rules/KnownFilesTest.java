package dev.banyan.rules;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/** A folder that is read again: only what has changed is parsed, and what comes out is what a first reading would say. */
final class KnownFilesTest {

    private static final String BACKENDS = """
            backends:
              - {name: legacy, url: "http://localhost:8081", baseline: true}
              - {name: catalog, url: "http://localhost:8082"}
              - {name: search, url: "http://localhost:8083"}
            cohorts:
              - {name: shopper, key: [{generateCookie: banyan_id}], salt: x}
            """;

    @TempDir
    Path folder;

    private final KnownFiles known = new KnownFiles();

    @BeforeEach
    void files() throws Exception {
        write("0-common.yaml", BACKENDS);
        write("a.yaml", routes("catalog", 1, 2, 3));
        write("b.yaml", routes("search", 4, 5, 6));
        known.read(folder);
    }

    @Test
    void atFirstAllFilesAreParsedAndThenOnlyThoseThatChanged() throws Exception {
        assertThat(known.filesRead()).hasSize(3);
        known.read(folder);
        assertThat(known.filesRead()).isEmpty();
        write("a.yaml", routes("search", 1, 2));
        assertThat(known.read(folder).routes()).hasSize(5);
        assertThat(known.filesRead()).containsExactly(folder.resolve("a.yaml"));
    }

    @Test
    void routesOfFilesThatStayAreThoseOfBefore() throws Exception {
        Route before = route(known.read(folder), "route-4");
        write("a.yaml", routes("search", 1, 2));
        assertThat(route(known.read(folder), "route-4")).isSameAs(before);
    }

    @Test
    void aFileOfTheSameSizeAndTimeIsSeenToHaveChanged() throws Exception {
        Path file = folder.resolve("a.yaml");
        FileTime time = Files.getLastModifiedTime(file);
        write("a.yaml", routes("search", 1, 2, 7).replace("search", "legacy2").replace("legacy2", "catalog"));
        Files.setLastModifiedTime(file, time);
        assertThat(Files.size(file)).isEqualTo(routes("catalog", 1, 2, 3).length());
        assertThat(known.read(folder).routes()).extracting(Route::name).contains("route-7");
        assertThat(known.filesRead()).containsExactly(file);
    }

    @Test
    void anErrorInOneFileIsNamedAndNoOtherIsParsedForIt() throws Exception {
        write("b.yaml", routes("search", 4, 5, 6).replace("stage: complete", "stage: finished"));
        assertThatThrownBy(() -> known.read(folder))
                .isInstanceOf(RulesException.class)
                .hasMessageContaining("b.yaml:2:")
                .hasMessageNotContaining("a.yaml");
        assertThat(known.filesRead()).containsExactly(folder.resolve("b.yaml"));
        write("b.yaml", routes("search", 4, 5, 6));
        assertThat(known.read(folder).routes()).hasSize(6);
        assertThat(known.filesRead()).containsExactly(folder.resolve("b.yaml"));
    }

    /** A list of a million zeros is no reason to hold a million trees, nor is one mistake among many routes. */
    @Test
    void ofAFileWithMistakesOnlyRoutesOfWhichSomethingIsSaidAreKeptAsTrees() throws Exception {
        String typo = routes("catalog", IntStream.range(0, 300).toArray()) + "  - {name: new, stage: finished}\n";
        assertThat(kept(typo)).isEqualTo(2);
        assertThat(kept("routes:\n" + "  - 0\n".repeat(3_000))).isEqualTo(RulesFolder.PROBLEMS_MAX);
        assertThat(kept(splits(1_500))).isEqualTo(RulesFolder.PROBLEMS_MAX); // which only the reader refuses
        write("a.yaml", "routes:\n" + "  - 0\n".repeat(3_000));
        assertThat(outcome(() -> known.read(folder))).isEqualTo(outcome(() -> RulesFolder.read(folder)));
        assertThat(outcome(() -> known.read(folder)).lines())
                .hasSize(RulesFolder.PROBLEMS_MAX)
                .last()
                .asString()
                .contains("a.yaml:1001:5: routes[999]: the number 0 (expected: a mapping)");
    }

    @Test
    void aFileOfWhoseRoutesMoreAreGivenTwiceThanAreKeptIsNotSound() throws Exception {
        int[] twice = IntStream.range(0, 3_000).map(i -> 100 + i % 1_500).toArray();
        int[] forth = IntStream.range(100, 2_101).toArray();
        int[] back = IntStream.range(100, 2_101).map(i -> 2_200 - i).toArray();
        write("a.yaml", routes("catalog", twice));
        assertThat(outcome(() -> known.read(folder)))
                .contains("a.yaml:1002:5: routes[1000]: the first after 1000 routes that are wrong or given twice");
        write("a.yaml", routes("catalog", forth));
        write("b.yaml", routes("catalog", back));
        assertThat(outcome(() -> known.read(folder)))
                .contains("a.yaml:1002:5: routes[1000]: the first after 1000 routes that are wrong or given twice");
    }

    @Test
    void routesThatOnlyTheDefaultsBehindThemMakeSoundAreBesideThoseOfOtherFiles() throws Exception {
        write("a.yaml", splits(1_500) + "defaults: {route: {cohort: shopper}}\n");
        assertThat(known.read(folder).routes()).hasSize(1_503);
        write("b.yaml", routes("search", 1_550));
        assertThat(outcome(() -> new KnownFiles().read(folder))).contains("a second \"route-1550\"");
    }

    /** Without the cohort that they need, from number 100 on. */
    private static String splits(int count) {
        return routes("catalog", IntStream.range(100, 100 + count).toArray())
                .replace("stage: complete", "stage: live, weight: 5%");
    }

    private static int kept(String file) {
        Defaults none = Defaults.of(Path.of(""), (Yaml) null);
        FilePart part = FilePartReader.readWrong(
                Path.of("a.yaml"), file.getBytes(UTF_8), none, RulesFolder.SCHEMA, Set.of(), new ArrayList<>());
        return ((Yaml.Fields) Objects.requireNonNull(part).head())
                .list("routes")
                .size();
    }

    @Test
    void aRouteWithoutANameIsNamedByItsPlaceAmongAllRoutes() throws Exception {
        write("a.yaml", routes("catalog", 1, 2, 3) + "  - {stage: off}\n");
        assertThat(outcome(() -> known.read(folder))).contains("a.yaml:5:5: routes[3]: no \"name\"");
    }

    @Test
    void ofTwoRoutesOfOneNameInAFileTheSecondIsSaid() throws Exception {
        write("a.yaml", routes("catalog", 1, 2, 3, 2));
        assertThat(outcome(() -> known.read(folder)))
                .isEqualTo(
                        folder.resolve("a.yaml") + ":5:12: routes[route-2].name: a second \"route-2\"; the first is at "
                                + folder.resolve("a.yaml") + ":3:12 (expected: another name)");
    }

    /** What is put into one file, and what of the others must be found to be wrong or to be another rule by it. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0-common.yaml | name: search     | name: find       | b.yaml:2:66: routes[route-4].candidate: "search"
            0-common.yaml | baseline: true   | baseline: false  | no baseline
            0-common.yaml | 8083"            | 8083", baseline: true | b.yaml:2:66: routes[route-4].candidate: search, the baseline itself
            0-common.yaml | cohorts:         | "defaults: {route: {maxBodySize: 2KiB}}\\ncohorts:" | 2048
            0-common.yaml | cohorts:         | "defaults: {route: {maxBodySize: 2PiB}}\\ncohorts:" | defaults.route.maxBodySize
            a.yaml        | route-1,         | route-6,         | b.yaml:4:12: routes[route-6].name: a second "route-6"; the first is at
            a.yaml        | /1}              | /5}              | a tie with routes[route-1].matches[0] at
            """)
    void whatAFileMeansForOthersIsLookedAtThoughTheyStayAsTheyWere(
            String file, String text, String instead, String outcome) throws Exception {
        String before = Files.readString(folder.resolve(file));
        write(
                file,
                before.replace(
                        text,
                        instead.replace("\"defaults", "defaults")
                                .replace("cohorts:\"", "cohorts:")
                                .replace("\\n", "\n")));
        assertThat(Files.readString(folder.resolve(file))).isNotEqualTo(before);
        assertThat(outcome(() -> known.read(folder)))
                .contains(outcome)
                .isEqualTo(outcome(() -> RulesFolder.read(folder)));
        write(file, before);
        assertThat(known.read(folder)).isEqualTo(RulesFolder.read(folder));
    }

    @Test
    void defaultsReachEveryFileWhereverTheyStandAndAreTakenAwayAgain() throws Exception {
        write("z.yaml", "defaults: {route: {maxBodySize: 2KiB}}\n");
        assertThat(known.read(folder).routes())
                .allSatisfy(each -> assertThat(each.bodyBytesMax()).isEqualTo(2048));
        known.read(folder);
        assertThat(known.filesRead()).isEmpty();
        Files.delete(folder.resolve("z.yaml"));
        assertThat(known.read(folder).routes())
                .allSatisfy(each -> assertThat(each.bodyBytesMax()).isNull());
    }

    /** Whatever files are changed in whatever way, one after the other, reading again says the same as reading for the first time. */
    @Test
    void readingAgainSaysWhatReadingForTheFirstTimeSays() throws Exception {
        List<String> seeds = seeds();
        var random = new Random(7);
        Map<Path, byte[]> contents = new LinkedHashMap<>();
        contents.put(Path.of("0-common.yaml"), BACKENDS.getBytes(UTF_8));
        int sound = 0;
        var again = new KnownFiles();
        for (int i = 0; i < 500; i++) {
            int number = random.nextInt(3);
            String text = random.nextInt(10) == 0
                    ? seeds.get(random.nextInt(seeds.size()))
                    : routes("catalog", 10 * number + random.nextInt(5), 10 * number + 5 + random.nextInt(6));
            if (random.nextInt(4) == 0) {
                int at = random.nextInt(text.length());
                text = text.substring(0, at) + text.substring(Math.min(text.length(), at + random.nextInt(8)));
            }
            contents.put(Path.of("f" + number + ".yaml"), text.getBytes(UTF_8));
            String first = outcome(() -> wholly(contents));
            sound += first.startsWith("Backend") ? 1 : 0;
            assertThat(outcome(() -> again.read(contents, Map.of(), List.of())))
                    .as("after change %d, seed 7", i)
                    .isEqualTo(first);
        }
        assertThat(sound).isBetween(100, 400);
    }

    @Test
    void rulesAreOfAFolderThatHasTheSameBytesInFilesOfTheSameNames(@TempDir Path copy) throws Exception {
        RuleSet rules = known.read(folder);
        for (String name : List.of("0-common.yaml", "a.yaml", "b.yaml")) {
            Files.copy(folder.resolve(name), copy.resolve(name));
        }
        assertThat(rules.isOf(copy)).isTrue();
        Files.writeString(copy.resolve("a.yaml"), "# another\n" + routes("catalog", 1, 2, 3));
        assertThat(rules.isOf(copy)).isFalse();
        Files.copy(folder.resolve("a.yaml"), copy.resolve("a.yaml"), StandardCopyOption.REPLACE_EXISTING);
        Files.move(copy.resolve("b.yaml"), copy.resolve("c.yaml"));
        assertThat(rules.isOf(copy)).isFalse();
        assertThat(RuleSet.of(rules.backends(), rules.cohorts(), rules.routes()).isOf(folder))
                .isFalse();
    }

    /** Each route is looked at by itself: what the schema says of their list as a list is not. */
    @Test
    void theSchemaSaysNothingOfTheListOfRoutesThatOneOfThemCouldNotShow() throws Exception {
        var schema = JsonMapper.shared().readTree(Files.readString(Path.of("routing-rules.schema.json")));
        assertThat(schema.path("properties").path("routes").propertyNames())
                .containsExactlyInAnyOrder("description", "type", "minItems", "items");
    }

    /** As it was read before anything was remembered: every file whole, all of them at once. */
    private static RuleSet wholly(Map<Path, byte[]> contents) throws RulesException {
        List<Problem> problems = new ArrayList<>();
        Map<Path, Yaml> documents = new LinkedHashMap<>();
        contents.forEach((file, content) -> {
            Yaml document = YamlParser.parse(file, content, problems);
            if (document != null) {
                RulesFolder.SCHEMA.check(file, document, problems);
                documents.put(file, document);
            }
        });
        boolean complete = documents.size() == contents.size()
                && documents.values().stream()
                        .allMatch(each ->
                                each instanceof Yaml.Fields top && !top.fields().isEmpty());
        RuleSet rules = new RuleReader(problems, complete).read(documents);
        problems.addAll(RoutingTable.problems(rules));
        if (!problems.isEmpty()) {
            throw new RulesException(problems.subList(0, Math.min(problems.size(), RulesFolder.PROBLEMS_MAX)));
        }
        return rules;
    }

    private static List<String> seeds() throws IOException {
        try (var files = Files.list(Path.of("src/test/resources/golden"))) {
            List<String> seeds = new ArrayList<>();
            for (Path file : files.sorted().toList()) {
                seeds.add(Files.readString(file).replaceFirst("(?s)----------\n.*", ""));
            }
            return seeds;
        }
    }

    private interface Reading {
        RuleSet read() throws RulesException;
    }

    /** The rules with their places, in their order, or all that is wrong. */
    private static String outcome(Reading reading) {
        try {
            RuleSet rules = reading.read();
            return rules
                    + rules.routes().stream()
                            .map(each -> each.name() + " " + rules.placeOf(each) + " " + rules.placeOf(each, 0))
                            .collect(Collectors.joining("\n"));
        } catch (RulesException e) {
            return e.problems().stream().map(Problem::toString).collect(Collectors.joining("\n"));
        }
    }

    private static Route route(RuleSet rules, String name) {
        return rules.routes().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static String routes(String candidate, int... numbers) {
        var text = new StringBuilder("routes:\n");
        for (int i : numbers) {
            text.append("  - {name: route-%d, matches: [{path: {value: /x/%d}}], candidate: %s, stage: complete}\n"
                    .formatted(i, i, candidate));
        }
        return text.toString();
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }
}
