package dev.banyan.rules.imports;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.rules.Decision;
import dev.banyan.rules.RequestFacts;
import dev.banyan.rules.RoutingTable;
import dev.banyan.rules.RulesException;
import dev.banyan.rules.RulesFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests go where the source's own documentation says that they go. */
final class ImportedDecisionsTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            GET /catalog/7                     |                              | catalog   | -
            GET /catalog                       |                              | catalog   | -
            POST /catalog/7                    |                              | legacy    | -
            GET /catalogue                     |                              | legacy    | -
            GET /api/orders/7                  |                              | orders    | /orders/7
            GET /api/orders/                   |                              | orders    | /orders/
            GET /old/shop/7                    |                              | orders    | /shop/7
            GET /customers/7                   | X-Api-Version: 42            | customers | -
            GET /customers/7/                  | X-Api-Version: 42            | customers | -
            GET /customers/7                   | X-Api-Version: beta          | legacy    | -
            GET /customers/7/address           | X-Api-Version: 42            | legacy    | -
            GET /search?q=x                    |                              | search    | -
            GET /search                        |                              | legacy    | -
            GET /search?q=x                    | Host: shop.example.com       | search    | -
            GET /beta                          | Cookie: side=new1            | search    | /status
            GET /beta                          | Cookie: side=old             | legacy    | -
            GET /anything                      | Host: admin.example.com      | legacy    | -
            GET /winter                        |                              | legacy    | -
            GET /reports                       |                              | legacy    | -
            GET /moved                         |                              | 301 https://www.example.com/new | -
            """)
    void asSpringCloudGatewayDoes(String line, String header, String target, String path)
            throws IOException, RulesException {
        assertDecided("spring-routes", line, header, target, path);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            GET /v2                            |                              | web-v2    | -
            GET /v2example                     |                              | web-v1    | -
            GET /                              | version: two                 | web-v2    | -
            GET /v2                            | version: one                 | web-v2    | -
            GET /tie                           | color: orange                | web-v1    | -
            PATCH /path5                       |                              | web-v2    | -
            GET /prefix/one/two                |                              | web-v1    | /one/two
            GET /full/one/two                  |                              | web-v1    | /one
            GET /hop/x                         |                              | 301 https://shop.example.com/to/x | -
            GET /split                         |                              | legacy    | -
            GET /v2                            | Host: other.example.org      | legacy    | -
            """)
    void asTheGatewayApiSays(String line, String header, String target, String path)
            throws IOException, RulesException {
        assertDecided("http-routes", line, header, target, path);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            GET /orders                        |                              | orders    | /base
            GET /orders/7                      |                              | orders    | /base/7
            POST /orders/7                     |                              | orders    | /base/7
            DELETE /orders/7                   |                              | legacy    | -
            GET /orders/7/lines                |                              | legacy    | -
            GET /orders/print                  |                              | legacy    | -
            GET /catalog/4711                  |                              | catalog   | -
            GET /catalog/4711/reviews          |                              | legacy    | -
            GET /catalog/items                 |                              | catalog   | -
            GET /brands                        |                              | legacy    | -
            GET /offers                        |                              | legacy    | -
            GET /prices                        |                              | legacy    | -
            GET /notify                        |                              | notify    | -
            GET /gone                          |                              | legacy    | -
            GET /                              |                              | legacy    | -
            """)
    void asRefactorSpacesSays(String line, String header, String target, String path)
            throws IOException, RulesException {
        assertDecided("refactor-spaces", line, header, target, path);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            GET /v1/orders                     | shop-api       | orders-reads
            POST /v1/orders                    | shop-api       | orders-writes
            PUT /v1/orders                     | legacy         | -
            GET /v1/orders/7                   | shop-api       | orders-reads
            HEAD /v1/orders/7                  | shop-api       | orders-reads
            GET /v1/orders/7/lines/3           | shop-api       | orders-reads
            DELETE /v1/orders/7                | shop-api       | orders-writes
            GET /orders/7                      | legacy         | -
            GET /v1/orders/7/x                 | legacy         | -
            GET /v1/reports/2026-11.pdf        | shop-api       | monthly-report
            GET /v1/reports/2026-11.html       | legacy         | -
            GET /v1/caf%C3%A9                  | shop-api       | cafe
            PUT /v1/files/a/b                  | shop-api       | files
            GET /stock                         | shop-api-2     | stock-reads
            GET /v1/shared                     | shop-api       | shared
            GET /v1/elsewhere                  | legacy         | -
            """)
    void asAnOpenApiDocumentSaysOnceItsRoutesAreComplete(String line, String target, String route)
            throws IOException, RulesException {
        String text = ImportCase.of("openapi").read().text();
        RequestFacts facts = facts(line, null);
        var off = (Decision.Routed) table(text).decide(facts);
        var complete = (Decision.Routed)
                table(text.replace("stage: off", "stage: complete")).decide(facts);
        assertThat(off.backend().name()).as("nobody is moved by an import").isEqualTo("legacy");
        assertThat(complete.backend().name()).isEqualTo(target);
        var decided = complete.route();
        assertThat(decided == null ? "-" : decided.name()).isEqualTo(route);
    }

    private static RoutingTable table(String rules) throws RulesException {
        return RoutingTable.compile(RulesFolder.parse(Path.of("rules.yaml"), rules.getBytes(UTF_8)));
    }

    private static void assertDecided(String name, String line, String header, String target, String path)
            throws IOException, RulesException {
        Decision decision = ImportCase.of(name).table().decide(facts(line, header));
        String decided =
                switch (decision) {
                    case Decision.Routed routed -> routed.backend().name();
                    case Decision.Redirected redirected -> redirected.status() + " " + redirected.location();
                    case Decision.Gone _ -> "410";
                    case Decision.Refused refused -> String.valueOf(refused.status());
                };
        assertThat(decided).isEqualTo(target);
        if (decision instanceof Decision.Routed routed) {
            var rewritten = routed.rewritten();
            String newPath = rewritten == null ? null : rewritten.rawPath();
            assertThat(Objects.requireNonNullElse(newPath, "-")).isEqualTo(path);
        }
    }

    private static RequestFacts facts(String line, @org.jspecify.annotations.Nullable String header) {
        String[] parts = line.split("[ ?]", -1);
        List<String> headers = header == null ? List.of() : Arrays.asList(header.split(": ", 2));
        boolean host = headers.size() == 2 && headers.getFirst().equals("Host");
        return new RequestFacts(
                host ? headers.getLast() : "shop.example.com",
                parts[0],
                parts[1],
                parts.length > 2 ? parts[2] : null,
                asked -> !host && !headers.isEmpty() && headers.getFirst().equalsIgnoreCase(asked)
                        ? List.of(headers.getLast())
                        : List.of(),
                false,
                false,
                Instant.parse("2026-11-24T00:00:00Z").toEpochMilli());
    }
}
