package dev.banyan.gateway.filter;

import dev.banyan.rules.FilterCall;
import dev.banyan.rules.Problem;
import dev.banyan.rules.Route;
import dev.banyan.rules.RuleSet;
import dev.banyan.rules.RulesException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.cloud.gateway.filter.factory.GatewayFilterFactory;

/** The filters of a rule set's routes, made once, when the rules come into force. */
public final class RouteFilters {

    private static final String PREFIX = "filter";

    private final Map<String, List<GatewayFilter>> byRoute;

    private RouteFilters(Map<String, List<GatewayFilter>> byRoute) {
        this.byRoute = byRoute;
    }

    /** Makes the filters of every route; one that cannot be made is a problem of the rules. */
    public static RouteFilters of(RuleSet rules) throws RulesException {
        Map<String, List<GatewayFilter>> byRoute = new HashMap<>();
        List<Problem> problems = new ArrayList<>();
        for (Route route : rules.routes()) {
            List<GatewayFilter> filters = new ArrayList<>();
            for (FilterCall call : route.filters()) {
                try {
                    filters.add(filter(FilterFactories.named(call.name()), route.name(), call));
                } catch (RuntimeException e) { // whatever a factory thinks of its arguments
                    problems.add(new Problem(
                            Path.of(""),
                            0,
                            0,
                            "routes[" + route.name() + "].filters",
                            "\"" + call.text() + "\"",
                            "arguments that Spring Cloud Gateway takes: " + e.getMessage()));
                }
            }
            if (!filters.isEmpty()) {
                byRoute.put(route.name(), List.copyOf(filters));
            }
        }
        if (!problems.isEmpty()) {
            throw new RulesException(problems);
        }
        return new RouteFilters(byRoute);
    }

    /** Returns the filters of a route, outermost first; empty for most. */
    public List<GatewayFilter> of(Route route) {
        return route.filters().isEmpty() ? List.of() : byRoute.getOrDefault(route.name(), List.of());
    }

    private static <C> GatewayFilter filter(GatewayFilterFactory<C> factory, String route, FilterCall call) {
        Map<String, String> positional = new LinkedHashMap<>();
        for (int i = 0; i < call.arguments().size(); i++) {
            positional.put("_genkey_" + i, call.arguments().get(i));
        }
        // No expression parser and no bean factory: what would be evaluated fails, should the rules ever let it
        // through.
        Map<String, Object> properties = factory.shortcutType().normalize(positional, factory, null, null);
        Map<String, Object> named = new HashMap<>();
        properties.forEach((name, value) -> named.put(PREFIX + "." + name, value));
        C config = factory.newConfig();
        new Binder(new MapConfigurationPropertySource(named))
                .bind(PREFIX, Bindable.<C>ofInstance(config))
                .orElse(config);
        return factory.apply(route, config);
    }
}
