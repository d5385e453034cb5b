package dev.banyan.rules;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Makes rule tests of a document that the schema was asked about. */
final class RuleTestReader {

    private static final RulesSchema SCHEMA = RulesSchema.load("rule-tests.schema.json");

    private final Path file;
    private final List<Problem> problems;

    private RuleTestReader(Path file, List<Problem> problems) {
        this.file = file;
        this.problems = problems;
    }

    /** The tests of one file; what is wrong is added to {@code problems}. */
    static List<RuleTest> read(Path file, byte[] content, List<Problem> problems) {
        int before = problems.size();
        Yaml document = YamlParser.parse(file, content, problems);
        if (document != null) {
            SCHEMA.check(file, document, problems);
        }
        List<RuleTest> tests = new ArrayList<>();
        if (problems.size() == before && document instanceof Yaml.Items list) {
            var reader = new RuleTestReader(file, problems);
            for (Yaml each : list.items()) {
                RuleTest test = each instanceof Yaml.Fields fields ? reader.test(fields) : null;
                if (test != null) {
                    tests.add(test);
                }
            }
        }
        return tests;
    }

    private @Nullable RuleTest test(Yaml.Fields fields) {
        if (!(fields.get("request") instanceof Yaml.Fields request)
                || !(fields.get("expect") instanceof Yaml.Fields expect)) {
            return null;
        }
        try {
            return new RuleTest(
                    new SourcePlace(file, fields.place().line(), fields.place().column()),
                    Objects.requireNonNullElse(fields.text("name"), ""),
                    request(request),
                    expected(expect),
                    buckets(expect));
        } catch (IllegalArgumentException | DateTimeException e) {
            Yaml.Place at = fields.place();
            problems.add(new Problem(
                    file, at.line(), at.column(), "test", String.valueOf(e.getMessage()), "what the schema says"));
            return null;
        }
    }

    private static SampleRequest request(Yaml.Fields request) {
        List<String> headers = new ArrayList<>();
        texts(request, "headers").forEach((name, value) -> headers.add(name + ": " + value));
        Map<String, String> cookies = texts(request, "cookies");
        if (!cookies.isEmpty()) {
            headers.add("Cookie: "
                    + cookies.entrySet().stream()
                            .map(each -> each.getKey() + "=" + each.getValue())
                            .collect(Collectors.joining("; ")));
        }
        String from = request.text("from");
        String at = request.text("at");
        return new SampleRequest(
                Objects.requireNonNullElse(request.text("method"), "GET"),
                Objects.requireNonNullElse(request.text("url"), ""),
                headers,
                from == null ? null : InetAddress.ofLiteral(from),
                at == null ? Instant.EPOCH : OffsetDateTime.parse(at).toInstant());
    }

    private static Map<String, String> texts(Yaml.Fields in, String key) {
        Map<String, String> texts = new LinkedHashMap<>();
        if (in.get(key) instanceof Yaml.Fields given) {
            given.fields().forEach((name, field) -> {
                if (field.value() instanceof Yaml.Scalar scalar) {
                    texts.put(name, scalar.text());
                }
            });
        }
        return texts;
    }

    private static Map<String, String> expected(Yaml.Fields expect) {
        Map<String, String> expected = new LinkedHashMap<>();
        expect.fields().forEach((key, field) -> {
            if (!key.equals("buckets") && field.value() instanceof Yaml.Scalar scalar) {
                expected.put(key, scalar.text());
            }
        });
        return expected;
    }

    private static RuleTest.@Nullable Buckets buckets(Yaml.Fields expect) {
        String text = expect.text("buckets");
        if (text == null) {
            return null;
        }
        int dash = text.indexOf('-');
        int first = Integer.parseInt(dash < 0 ? text : text.substring(0, dash));
        return new RuleTest.Buckets(first, dash < 0 ? first : Integer.parseInt(text.substring(dash + 1)));
    }
}
