package dev.banyan.rules.imports;

import dev.banyan.rules.Match;
import dev.banyan.rules.RulesException;
import dev.banyan.rules.Stage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads OpenAPI documents; what has one tag becomes a route for its reads and one for its writes. */
final class OpenApi {

    /*
     * A document says what a service can do, not which requests go to it today. So every route is off: nobody is moved by
     * an import. Reads and writes are routes of their own, because reads are mirrored and moved first.
     */

    private static final Set<String> METHODS =
            Set.of("get", "put", "post", "delete", "options", "head", "patch", "trace");
    private static final Set<String> READS = Set.of("get", "head", "options", "trace");
    private static final Set<String> PASSED_OVER = Set.of("summary", "description", "parameters", "servers", "$ref");

    /** How Amazon API Gateway writes an operation for whatever method has none. */
    private static final String ANY_METHOD = "x-amazon-apigateway-any-method";

    /** As many as one host may have. */
    private static final int EXPRESSIONS_MAX = 100;

    /** One behind the other; a circle has no end. */
    private static final int REFERENCES_MAX = 8;

    private final Draft draft;
    private final Map<Group, DraftRoute> routes = new LinkedHashMap<>();
    private final Map<DraftRoute, List<Match>> matches = new HashMap<>();
    private final Map<String, DraftRoute> routeByMatch = new HashMap<>();
    private int expressions;

    OpenApi(Draft draft) {
        this.draft = draft;
    }

    /**
     * What becomes one route.
     *
     * @param backend null when nobody says its address
     * @param alone the place of an operation without a tag, which is a route by itself
     */
    private record Group(
            String hint, @Nullable String backend, @Nullable Place alone) {}

    /** One operation of a document. */
    private record Operation(Foreign document, String path, String method, Foreign given, OpenApiServer server) {}

    static boolean isOne(Foreign document) {
        return document.has("openapi") || document.has("swagger");
    }

    void read(List<Foreign> documents) throws RulesException {
        for (Foreign each : documents) {
            if (!each.text("openapi").matches("3\\.[012](\\..*)?")) {
                String key = each.has("swagger") ? "swagger" : "openapi";
                String found = each.has(key) ? key + ": " + each.text(key) : "no key openapi";
                throw Draft.refuse(each.get(key).place(), "openapi", found, "openapi: 3.0, 3.1 or 3.2");
            }
            readDocument(each);
        }
        matches.forEach((route, all) -> route.matches = all);
        for (DraftRoute each : draft.routes) {
            each.leftOut = each.leftOut || each.matches.isEmpty();
        }
        draft.notes.add("Such a document says what a service can do, not where requests go today: every route is off.");
    }

    private void readDocument(Foreign document) {
        OpenApiServer own = OpenApiServer.of(draft, document, null);
        document.get("webhooks")
                .entries()
                .forEach((name, value) -> draft.aside(
                        value.place(), "webhooks", name, "a request that the service sends, and does not take"));
        document.get("paths").entries().forEach((path, item) -> {
            if (!path.startsWith("x-")) {
                readPath(document, own, path, item);
            }
        });
    }

    private void readPath(Foreign document, OpenApiServer own, String path, Foreign item) {
        Foreign resolved = resolved(document, path, item);
        OpenApiServer server = resolved.has("servers") ? OpenApiServer.of(draft, resolved, own) : own;
        for (Map.Entry<String, Foreign> each : resolved.entries().entrySet()) {
            String key = each.getKey();
            Foreign given = each.getValue();
            if (METHODS.contains(key) || key.equals(ANY_METHOD)) {
                OpenApiServer at = given.has("servers") ? OpenApiServer.of(draft, given, server) : server;
                readOperation(new Operation(document, path, key, given, at));
            } else if (!PASSED_OVER.contains(key) && !key.startsWith("x-")) {
                draft.aside(given.place(), "paths." + path, key, "no method that routes can ask for");
            }
        }
    }

    /** What the reference of a path leads to, perhaps by way of others; the item itself when it has none. */
    private Foreign resolved(Foreign document, String path, Foreign item) {
        Foreign at = item;
        for (int i = 0; at.has("$ref"); i++) {
            Foreign target = i < REFERENCES_MAX ? target(document, at.text("$ref")) : null;
            if (target == null) {
                String reason = i < REFERENCES_MAX ? "not in this document" : "more references than are followed";
                draft.aside(at.place(), "paths." + path, "$ref: " + at.text("$ref"), reason);
                return at;
            }
            at = target;
        }
        return at;
    }

    private void readOperation(Operation operation) {
        DraftRoute route = route(operation);
        Foreign given = operation.given;
        boolean any = operation.method.equals(ANY_METHOD);
        String shown = (any ? "any method" : operation.method.toUpperCase(Locale.ROOT)) + " " + operation.path;
        if (given.has("callbacks")) {
            Place at = given.get("callbacks").place();
            draft.aside(route, at, "callbacks of " + shown, "requests that the service sends, and does not take");
        }
        Match match;
        try {
            match = match(operation, route, shown);
        } catch (IllegalArgumentException e) {
            draft.aside(route, given.place(), shown, String.valueOf(e.getMessage()));
            return;
        }
        DraftRoute first = routeByMatch.putIfAbsent(key(match), route);
        if (first != null) {
            draft.aside(route, given.place(), shown, first.name + " has the same, and keeps it");
            return;
        }
        matches.computeIfAbsent(route, _ -> new ArrayList<>()).add(match);
    }

    private Match match(Operation operation, DraftRoute route, String shown) {
        String path = operation.server.basePath() + operation.path;
        boolean greedy = path.matches(".*/\\{\\w+\\+}");
        Match.Path of = TemplatePath.of(greedy ? path.substring(0, path.lastIndexOf('/')) : path, greedy);
        Place at = operation.given.place();
        if (greedy) {
            draft.aside(route, at, shown, "a PathPrefix, which fits " + of.value() + " itself too");
        }
        if (of.kind() == Match.Path.Kind.REGULAR_EXPRESSION) {
            if (++expressions > EXPRESSIONS_MAX) {
                throw new IllegalArgumentException("more than " + EXPRESSIONS_MAX + " regular expressions");
            }
            draft.aside(route, at, shown, "a regular expression, which goes after every other kind of path");
        }
        String method = operation.method.equals(ANY_METHOD) ? null : operation.method.toUpperCase(Locale.ROOT);
        return Match.path(of).withMethod(method);
    }

    /** The same for two templates that differ in names only. */
    private static String key(Match match) {
        boolean regex = match.path().kind() == Match.Path.Kind.REGULAR_EXPRESSION;
        String value = match.path().value();
        return match.method() + " " + match.path().kind() + " " + (regex ? value : value.replaceAll("\\{[^}]*}", "{}"));
    }

    private DraftRoute route(Operation operation) {
        List<Foreign> tags = operation.given.list("tags");
        boolean read = READS.contains(operation.method);
        String id = operation.given.text("operationId");
        String alone = id.isEmpty() ? operation.method + " " + operation.path : words(id);
        String hint = tags.isEmpty()
                ? alone
                : tags.getFirst().asText() + (operation.method.equals(ANY_METHOD) ? "" : read ? " reads" : " writes");
        String backend = draft.namedBackend(title(operation.document), operation.server.origin());
        Place place = tags.isEmpty() ? operation.given.place() : null;
        return routes.computeIfAbsent(new Group(hint, backend, place), _ -> begin(hint, operation, backend));
    }

    private DraftRoute begin(String hint, Operation operation, @Nullable String backend) {
        DraftRoute route = draft.route(hint, operation.given.place());
        route.stage = Stage.OFF;
        if (backend == null) {
            String name = Draft.name(title(operation.document));
            Place at = operation.server.place();
            String reason = "no address; say it with --candidate " + name + "=URL";
            draft.leaveOut(route, at, "server " + operation.server.shown(), reason);
        } else if (backend.equals(Draft.BASELINE)) {
            route.notes.add("the document's server is the baseline");
        } else {
            route.candidate = backend;
        }
        return route;
    }

    private static String title(Foreign document) {
        String title = document.get("info").text("title");
        return title.isEmpty() ? "api" : title;
    }

    /** {@code listOrders} as {@code list Orders}. */
    private static String words(String operationId) {
        return operationId.replaceAll("(?<=[a-z0-9])(?=[A-Z])", " ");
    }

    /** What a reference within the document points at; null when it points elsewhere. */
    private static @Nullable Foreign target(Foreign document, String ref) {
        if (!ref.startsWith("#/")) {
            return null;
        }
        Foreign at = document;
        for (String key : ref.substring(2).split("/", -1)) {
            at = at.get(key.replace("%7B", "{")
                    .replace("%7D", "}")
                    .replace("~1", "/")
                    .replace("~0", "~"));
        }
        return at.entries().isEmpty() ? null : at;
    }
}
