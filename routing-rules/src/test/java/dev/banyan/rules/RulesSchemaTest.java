package dev.banyan.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class RulesSchemaTest {

    private static final Yaml.Place PLACE = new Yaml.Place(1, 1);

    /** What YAML takes for a number and the language does not is text nowhere: a reader would leave it out without a word. */
    @ParameterizedTest
    @CsvSource(textBlock = """
            routing-rules.schema.json, 150
            rule-tests.schema.json,    10
            """)
    void aNumberThatIsNoneOfOursIsRefusedInEveryField(String name, int fieldsMin) throws Exception {
        RulesSchema schema = RulesSchema.load(name);
        JsonNode root = JsonMapper.shared().readTree(Files.readString(Path.of(name)));
        List<UnaryOperator<Yaml>> fields = new ArrayList<>();
        collect(root, root, value -> value, fields);
        assertThat(fields).hasSizeGreaterThan(fieldsMin);
        for (UnaryOperator<Yaml> field : fields) {
            for (String number : List.of("0x10", "1234567890123456789", "61e9993")) {
                Yaml document = field.apply(new Yaml.Scalar(PLACE, Yaml.Scalar.Kind.INTEGER, number));
                List<Problem> problems = new ArrayList<>();
                schema.check(Path.of("rules.yaml"), document, problems);
                assertThat(problems)
                        .as("%s", document)
                        .extracting(Problem::found)
                        .contains("the number " + number);
            }
        }
    }

    /** Each field makes a document with one value in it; what else would have to be there is not. */
    private static void collect(
            JsonNode root, JsonNode schema, UnaryOperator<Yaml> within, List<UnaryOperator<Yaml>> fields) {
        String reference = schema.path("$ref").asString("");
        if (!reference.isEmpty()) {
            collect(root, root.at(reference.substring(1)), within, fields);
            return;
        }
        schema.path("properties")
                .properties()
                .forEach(each ->
                        collect(root, each.getValue(), value -> within.apply(mapping(each.getKey(), value)), fields));
        if (schema.path("additionalProperties").isObject()) {
            collect(root, schema.path("additionalProperties"), value -> within.apply(mapping("any", value)), fields);
        }
        if (schema.has("items")) {
            collect(root, schema.path("items"), value -> within.apply(new Yaml.Items(PLACE, List.of(value))), fields);
        }
        if (!List.of("object", "array").contains(schema.path("type").asString(""))) {
            fields.add(within);
        }
    }

    private static Yaml mapping(String key, Yaml value) {
        Map<String, Yaml.Fields.Field> fields = new LinkedHashMap<>();
        fields.put(key, new Yaml.Fields.Field(PLACE, value));
        return new Yaml.Fields(PLACE, fields);
    }
}
