package dev.banyan.gateway.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.rules.Backend;
import dev.banyan.rules.FilterArgumentKind;
import dev.banyan.rules.FilterCall;
import dev.banyan.rules.FilterCatalog;
import dev.banyan.rules.Match;
import dev.banyan.rules.Route;
import dev.banyan.rules.RuleSet;
import dev.banyan.rules.Stage;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.cloud.gateway.support.ShortcutConfigurable;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/** The rule library's list of filters against Spring Cloud Gateway's own classes: a new version that differs shows here. */
class FilterCatalogTest {

    private static final String PATH = "rewrites the path, which a route's rewrite does so that it is made canonical";
    private static final String TARGET = "chooses another target";
    private static final String BODY = "collects a body";
    private static final String REGEX = "runs a backtracking regular expression on what a client or backend sends";
    private static final String HOST = "the Host is the route's rewrite's, or the backend's";
    private static final String ELSEWHERE = "needs a server or library that a gateway of ours does not have";
    private static final String OURS = "the gateway does this itself, by backend and route";

    /** Every filter of Spring's that rules may not name, and why. */
    private static final Map<String, String> LEFT_OUT = Map.ofEntries(
            Map.entry("AddRequestHeadersIfNotPresent", "its arguments need a converter of Spring's own context"),
            Map.entry("CacheRequestBody", BODY),
            Map.entry("FallbackHeaders", OURS),
            Map.entry("JsonToGrpc", BODY),
            Map.entry("LocalResponseCache", BODY),
            Map.entry("ModifyRequestBody", BODY),
            Map.entry("ModifyResponseBody", BODY),
            Map.entry("PrefixPath", PATH),
            Map.entry("PreserveHostHeader", HOST),
            Map.entry("RedirectTo", "a route's redirect does"),
            Map.entry("RemoveJsonAttributesResponseBody", BODY),
            Map.entry("RequestHeaderToRequestUri", TARGET),
            Map.entry("RequestRateLimiter", ELSEWHERE),
            Map.entry("RequestSize", "it has no shortcut form, and looks at Content-Length only"),
            Map.entry("Retry", OURS),
            Map.entry("RewriteLocationResponseHeader", REGEX),
            Map.entry("RewritePath", PATH),
            Map.entry("RewriteRequestParameter", "it reads and writes the whole query anew"),
            Map.entry("RewriteResponseHeader", REGEX),
            Map.entry("SaveSession", ELSEWHERE),
            Map.entry("SetPath", PATH),
            Map.entry("SetRequestHostHeader", HOST),
            Map.entry("SetRequestUri", TARGET),
            Map.entry("SpringCloudCircuitBreaker", OURS),
            Map.entry("SpringCloudCircuitBreakerResilience4J", OURS),
            Map.entry("StripPrefix", PATH),
            Map.entry("TokenRelay", ELSEWHERE));

    @Test
    void everyFilterOfSpringIsEitherInTheListOrLeftOutForAReason() throws Exception {
        var classes = new PathMatchingResourcePatternResolver()
                .getResources("classpath*:org/springframework/cloud/gateway/filter/factory/**/*FilterFactory.class");
        Set<String> springs = Stream.of(classes)
                .map(each -> String.valueOf(each.getFilename()).replaceAll("(Gateway)?FilterFactory\\.class$", ""))
                .filter(name -> !name.isEmpty() && !name.startsWith("Abstract"))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> ours = new TreeSet<>(FilterCatalog.entries().keySet());
        assertThat(ours).doesNotContainAnyElementsOf(LEFT_OUT.keySet());
        ours.addAll(LEFT_OUT.keySet());
        assertThat(springs).isEqualTo(ours);
    }

    static Stream<FilterCatalog.Entry> entries() {
        return FilterCatalog.entries().values().stream();
    }

    @ParameterizedTest
    @MethodSource("entries")
    void argumentsStandInSpringsOrder(FilterCatalog.Entry entry) {
        var factory = FilterFactories.named(entry.name());
        assertThat(factory.shortcutType()).isEqualTo(ShortcutConfigurable.ShortcutType.DEFAULT);
        assertThat(entry.arguments()).extracting(FilterCatalog.Argument::name).isEqualTo(factory.shortcutFieldOrder());
    }

    @ParameterizedTest
    @MethodSource("entries")
    void theGatewayMakesIt(FilterCatalog.Entry entry) throws Exception {
        var all = entry.arguments().stream().map(each -> sample(each.kind())).toList();
        var required = entry.arguments().stream()
                .filter(each -> !each.optional())
                .map(each -> sample(each.kind()))
                .toList();
        for (List<String> arguments : List.of(all, required)) {
            Route route = route(new FilterCall(entry.name(), arguments));
            assertThat(RouteFilters.of(rules(route)).of(route)).hasSize(1);
        }
    }

    private static String sample(FilterArgumentKind kind) {
        return switch (kind) {
            case HEADER, REQUEST_HEADER, RESPONSE_HEADER, PARAMETER, TEXT -> "X-Fig";
            case RESPONSE_HEADERS -> "X-Fig X-Tree";
            case BOOLEAN -> "false";
            case DEDUPE_STRATEGY -> "RETAIN_UNIQUE";
            case SIZE -> "16KB";
            case STATUS -> "404";
        };
    }

    @Test
    void aFilterThatIsNotInTheListCannotEvenBeMadeByAProgram() {
        assertThatThrownBy(() -> route(new FilterCall("RewritePath", List.of("/a", "/b"))))
                .hasMessageContaining("RewritePath");
        assertThatThrownBy(() -> FilterFactories.named("RewritePath")).hasMessageContaining("RewritePath");
    }

    private static Route route(FilterCall call) {
        return Route.named("a")
                .matches(Match.path(Match.Path.prefix("/a")))
                .candidate("new")
                .stage(Stage.COMPLETE)
                .filters(List.of(call))
                .build();
    }

    private static RuleSet rules(Route route) {
        return RuleSet.of(
                List.of(
                        Backend.baseline("legacy", URI.create("http://localhost:1")),
                        Backend.candidate("new", URI.create("http://localhost:2"))),
                List.of(),
                List.of(route));
    }
}
