package dev.banyan.rules.imports;

import java.net.URI;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where an OpenAPI document says that a service is.
 *
 * @param shown as it stands there
 * @param origin null when it says no host
 * @param basePath what stands before every path; empty, or {@code /v1}
 */
record OpenApiServer(Place place, String shown, @Nullable URI origin, String basePath) {

    /**
     * The first of the servers of a document, a path or an operation; each of the others is listed.
     *
     * @param outer the one further out, to which a relative address adds nothing but a path; null for a document's
     */
    static OpenApiServer of(Draft draft, Foreign owner, @Nullable OpenApiServer outer) {
        List<Foreign> servers = owner.list("servers");
        if (servers.isEmpty()) {
            return new OpenApiServer(owner.place(), "/", null, "");
        }
        Foreign first = servers.getFirst();
        String url = first.text("url");
        for (Map.Entry<String, Foreign> each : first.get("variables").entries().entrySet()) {
            Foreign variable = each.getValue();
            url = url.replace("{" + each.getKey() + "}", variable.text("default"));
            if (variable.list("enum").size() > 1) {
                String found = each.getKey() + ": " + variable.get("enum").shown();
                draft.aside(variable.place(), "servers", found, "only its default, " + variable.text("default"));
            }
        }
        for (Foreign each : servers.subList(1, servers.size())) {
            draft.aside(each.place(), "servers", each.text("url"), "only the first server is read");
        }
        return read(draft, first, url, outer);
    }

    private static OpenApiServer read(Draft draft, Foreign given, String url, @Nullable OpenApiServer outer) {
        try {
            URI uri = URI.create(url);
            String path = uri.getRawPath() == null ? "" : uri.getRawPath();
            String trimmed = path.replaceAll("/+$", "");
            String base = trimmed.isEmpty() || trimmed.startsWith("/") ? trimmed : "/" + trimmed;
            URI origin = uri.getHost() == null ? outer == null ? null : outer.origin : Draft.origin(uri);
            return new OpenApiServer(given.place(), url, origin, base);
        } catch (IllegalArgumentException e) {
            draft.aside(given.place(), "servers", url, "not an address of http or https");
            return new OpenApiServer(given.place(), url, null, "");
        }
    }
}
