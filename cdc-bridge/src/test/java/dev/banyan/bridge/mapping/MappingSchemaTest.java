package dev.banyan.bridge.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.banyan.bridge.mappingtest.MappingTests;
import dev.banyan.bridge.yaml.Problem;
import dev.banyan.bridge.yaml.Problems;
import dev.banyan.bridge.yaml.Yaml;
import dev.banyan.bridge.yaml.YamlFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/** The schema that editors use says the same as the reader. */
class MappingSchemaTest {

    /** A mapping with one key too many in each kind of section, so that the reader lists the keys it knows there. */
    private static final String STRAY_KEYS = """
            version: 1
            timeZone: UTC
            qqqqqqqqqqqqqqqqqq: 1
            transactions:
              - {event: Both, topic: things, type: "things.{event}.v1", all: [Added], qqqqqqqqqqqqqqqqqq: 1}
            aggregates:
              thing:
                qqqqqqqqqqqqqqqqqq: 1
                onFault: {skip: no, qqqqqqqqqqqqqqqqqq: 1}
                topic: things
                subject: thing/{id}
                type: things.{event}.v1
                table: thing
                key: [id]
                drop: [secret]
                fields:
                  id: id
                  always: {always: 1, qqqqqqqqqqqqqqqqqq: 1}
                  decimal: {column: a, as: decimal, qqqqqqqqqqqqqqqqqq: 1}
                  cents: {column: b, as: cents, currency: {always: EUR, qqqqqqqqqqqqqqqqqq: 1}, qqqqqqqqqqqqqqqqqq: 1}
                  flag: {column: c, as: flag, qqqqqqqqqqqqqqqqqq: 1}
                  code: {column: d, as: code, words: {A: a}, unknown: {use: x, qqqqqqqqqqqqqqqqqq: 1}, qqqqqqqqqqqqqqqqqq: 1}
                  mask: {column: f, as: mask, qqqqqqqqqqqqqqqqqq: 1}
                  encrypt: {column: g, as: encrypt, qqqqqqqqqqqqqqqqqq: 1}
                  token: {column: h, as: token, qqqqqqqqqqqqqqqqqq: 1}
                  local: {column: e, as: localTimestamp, qqqqqqqqqqqqqqqqqq: 1}
                children:
                  parts:
                    qqqqqqqqqqqqqqqqqq: 1
                    table: part
                    key: [id, no]
                    parent: [id]
                    fields: {no: no}
                    events:
                      - {event: PartAdded, when: created, qqqqqqqqqqqqqqqqqq: 1}
                      - {event: PartChanged, when: otherwise, bulk: {event: PartsChanged, qqqqqqqqqqqqqqqqqq: 1}}
                events:
                  - {event: Imported, when: backfill, qqqqqqqqqqqqqqqqqq: 1}
                  - {event: Added, when: created}
                  - {event: Removed, when: removed}
                  - {event: Flagged, when: {field: flag, to: true, qqqqqqqqqqqqqqqqqq: 1}}
                  - {event: Changed, when: otherwise, bulk: {event: Many, qqqqqqqqqqqqqqqqqq: 1}}
            """;

    @TempDir
    Path folder;

    @Test
    void everyKeyTheReaderKnowsIsInTheSchemaAndNoOther() throws Exception {
        var file = Files.writeString(folder.resolve("mapping.yaml"), STRAY_KEYS);
        var schema = schema();
        var definitions = schema.path("definitions");
        var field = definitions.path("field").path("anyOf").path(1);
        var schemaOf = new java.util.TreeMap<>(Map.of(
                "mapping", schema,
                "thing", definitions.path("aggregate"),
                "onFault",
                        definitions
                                .path("aggregate")
                                .path("properties")
                                .path("onFault")
                                .path("anyOf")
                                .path(1),
                "child", definitions.path("child"),
                "field", field,
                "currency", field.path("properties").path("currency"),
                "unknown",
                        field.path("properties").path("unknown").path("anyOf").path(1),
                "rule", definitions.path("rule"),
                "bulk", definitions.path("rule").path("properties").path("bulk"),
                "when",
                        definitions
                                .path("rule")
                                .path("properties")
                                .path("when")
                                .path("anyOf")
                                .path(1)));
        schemaOf.put("rowRule", definitions.path("rowRule"));
        schemaOf.put("transaction", definitions.path("transaction"));

        var known = new java.util.TreeMap<String, Set<String>>();
        for (var problem : problems(file)) {
            if (problem.found().startsWith("unknown key")) {
                known.computeIfAbsent(kind(problem.where()), _ -> new TreeSet<>())
                        .addAll(List.of(
                                problem.expected().replaceFirst("^one of ", "").split(", ")));
            }
        }
        // The reader looks for it before it asks for a column.
        Objects.requireNonNull(known.get("field")).add("always");

        assertThat(known.keySet()).isEqualTo(new TreeSet<>(schemaOf.keySet()));
        schemaOf.forEach(
                (kind, part) -> assertThat(new TreeSet<>(part.path("properties").propertyNames()))
                        .as(kind)
                        .isEqualTo(known.get(kind)));
    }

    @Test
    void everyTypeOfTheReaderIsInTheSchema() throws Exception {
        var types = new ArrayList<String>();
        schema().path("definitions")
                .path("field")
                .path("anyOf")
                .path(1)
                .path("properties")
                .path("as")
                .path("enum")
                .forEach(type -> types.add(type.asString()));

        assertThat(types).isEqualTo(FieldReader.TYPES);
    }

    @Test
    void everyKeyHasADescription() throws Exception {
        var bare = new ArrayList<String>();
        requireDescriptions(schema(), bare);
        assertThat(bare).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"mapping.yaml", "mapping.tests.yaml"})
    void theShopsMappingAndItsTestsFitTheSchema(String name) throws Exception {
        var yaml = YamlFile.read(Path.of("examples/shop").resolve(name), new Problems(Path.of(name)));

        assertThat(validator().validate(json(yaml.orElseThrow()))).isEmpty();
    }

    /** One key too many in each place, so that the reader says that it does not know it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tests[0]           | {name: a, when: [], then: [], q: 1}",
                "tests[0].when[0]   | {name: a, when: [{insert: prd_mst, row: {prd_no: P1}, q: 1}], then: []}",
                "tests[0].when[0]   | {name: a, when: [{truncate: prd_mst, key: {prd_no: P1}}], then: []}",
                "tests[0].then[0]   | {name: a, when: [], then: [{event: ProductAdded, q: 1}]}",
                "tests[0].faults[0] | {name: a, when: [], then: [], faults: [{parked: product/P1, q: 1}]}",
            })
    void whatTheReaderOfTestsRefusesDoesNotFitEither(String where, String test) throws Exception {
        var file = Files.copy(Path.of("examples/shop/mapping.yaml"), folder.resolve("mapping.yaml"));
        var tests = Files.writeString(folder.resolve("mapping.tests.yaml"), "tests: [" + test + "]");
        var yaml = json(YamlFile.read(tests, new Problems(tests)).orElseThrow());

        assertThatThrownBy(() -> MappingTests.read(MappingFile.read(file))).hasMessageContaining(where);
        assertThat(validator().validate(yaml)).isNotEmpty();
    }

    @Test
    void aWrongWordDoesNotFit() throws Exception {
        var shop = Files.readString(Path.of("examples/shop/mapping.yaml"));
        var yaml = YamlFile.parse(
                shop.replaceFirst("when: created", "when: creatd"), new Problems(Path.of("mapping.yaml")));

        assertThat(validator().validate(json(yaml.orElseThrow()))).isNotEmpty();
    }

    @Test
    void aFileIsReadWhereverItsEmojiStands() {
        for (int blanks = 940; blanks < 1_060; blanks++) {
            var problems = new Problems(Path.of("mapping.yaml"));
            var text = "#" + "-".repeat(blanks) + "😀".repeat(20) + "\nkey: value\n";
            assertThat(YamlFile.parse(text, problems)).isPresent();
        }
    }

    private static List<Problem> problems(Path file) {
        try {
            MappingFile.read(file);
            return List.of();
        } catch (MappingException e) {
            return e.problems();
        }
    }

    private static String kind(String where) {
        if (where.endsWith(".currency")
                || where.endsWith(".unknown")
                || where.endsWith(".when")
                || where.endsWith(".bulk")
                || where.endsWith(".onFault")) {
            return where.substring(where.lastIndexOf('.') + 1);
        }
        if (where.startsWith("transactions[")) {
            return "transaction";
        }
        return where.contains(".fields.")
                ? "field"
                : where.contains(".children.")
                        ? where.contains(".events[") ? "rowRule" : "child"
                        : where.contains(".events[") ? "rule" : where;
    }

    private static Schema validator() throws IOException {
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7).getSchema(schema());
    }

    /** The schema as it is packed. */
    private static JsonNode schema() throws IOException {
        try (var in = MappingFile.class.getResourceAsStream("mapping.schema.json")) {
            var text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
            return JsonMapper.shared().readTree(text);
        }
    }

    private static void requireDescriptions(JsonNode schema, List<String> bare) {
        schema.path("properties").properties().forEach(each -> {
            if (each.getValue().path("description").asString("").isBlank()) {
                bare.add(each.getKey());
            }
        });
        schema.forEach(each -> requireDescriptions(each, bare));
    }

    private static JsonNode json(Yaml yaml) {
        var nodes = JsonNodeFactory.instance;
        return switch (yaml) {
            case Yaml.Keys keys -> {
                var object = nodes.objectNode();
                keys.entries().forEach(entry -> object.set(entry.key(), json(entry.value())));
                yield object;
            }
            case Yaml.Items items -> {
                var array = nodes.arrayNode();
                items.items().forEach(item -> array.add(json(item)));
                yield array;
            }
            case Yaml.Scalar scalar -> {
                var number = scalar.asInteger();
                var bool = scalar.asBoolean();
                yield scalar.isNull()
                        ? nodes.nullNode()
                        : number != null
                                ? nodes.numberNode(number)
                                : bool != null ? nodes.booleanNode(bool) : nodes.stringNode(scalar.text());
            }
        };
    }
}
