package dev.banyan.rules;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Rules and requests for tests, in few words. */
final class Rules {

    static final Backend LEGACY = Backend.baseline("legacy", URI.create("http://localhost:8081"));
    static final Backend CATALOG = Backend.candidate("catalog", URI.create("http://localhost:8082"));

    private static final RulesSchema SCHEMA = RulesSchema.load();

    private Rules() {}

    /** The rule set of one file's text. */
    static RuleSet parse(String yaml) throws RulesException {
        List<Problem> problems = new ArrayList<>();
        Map<Path, Yaml> documents = new HashMap<>();
        Path file = Path.of("rules.yaml");
        Yaml document = YamlParser.parse(file, yaml.getBytes(UTF_8), problems);
        if (document != null) {
            SCHEMA.check(file, document, problems);
            documents.put(file, document);
        }
        RuleSet rules = new RuleReader(problems, document != null).read(documents);
        problems.addAll(RoutingTable.problems(rules));
        if (!problems.isEmpty()) {
            throw new RulesException(problems);
        }
        return rules;
    }

    /** A table of routes that are all complete, each line one match of the route it names. */
    static RoutingTable table(String routes) throws RulesException {
        return RoutingTable.compile(parse("""
                backends:
                  - {name: legacy, url: "http://localhost:8081", baseline: true}
                  - {name: catalog, url: "http://localhost:8082"}
                routes:
                """ + routes));
    }

    static Route route(String name, Stage stage, int weight, Match... matches) {
        return Route.named(name)
                .matches(matches)
                .candidate("catalog")
                .cohort("shopper")
                .stage(stage)
                .weight(weight)
                .build();
    }

    /** {@code GET /path?query} with headers as {@code Name: value}; the path's characters are sent as UTF-8 bytes. */
    static RequestFacts request(String line, String... headers) {
        return request(line, false, Instant.EPOCH, headers);
    }

    static RequestFacts request(String line, boolean trusted, Instant at, String... headers) {
        String method = line.substring(0, line.indexOf(' '));
        String target = new String(line.substring(line.indexOf(' ') + 1).getBytes(UTF_8), ISO_8859_1);
        int question = target.indexOf('?');
        String path = question < 0 ? target : target.substring(0, question);
        String query = question < 0 ? null : target.substring(question + 1);
        String host = "shop.example.com";
        List<String> fields = new ArrayList<>();
        for (String header : headers) {
            if (header.startsWith("Host: ")) {
                host = header.substring("Host: ".length());
            } else {
                fields.add(header);
            }
        }
        return new RequestFacts(host, method, path, query, headers(fields), false, trusted, at.toEpochMilli());
    }

    private static HeaderLookup headers(List<String> fields) {
        return name -> fields.stream()
                .filter(each -> each.regionMatches(true, 0, name + ": ", 0, name.length() + 2))
                .map(each -> each.substring(name.length() + 2))
                .toList();
    }

    /** The name of the route a request matches, {@code -} for none, or the status it is refused with. */
    static String routeOf(RoutingTable table, RequestFacts request) {
        return switch (table.decide(request)) {
            case Decision.Routed routed ->
                routed.route() == null ? "-" : routed.route().name();
            case Decision.Redirected redirected -> redirected.route().name();
            case Decision.Gone gone -> gone.route().name();
            case Decision.Refused refused -> String.valueOf(refused.status());
        };
    }
}
