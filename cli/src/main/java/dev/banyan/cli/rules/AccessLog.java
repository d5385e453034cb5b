package dev.banyan.cli.rules;

import dev.banyan.rules.SampleRequest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Requests from a web server's access log, line by line; a name that ends in {@code .gz} is unpacked.
 *
 * @param host what requests of the log asked for whose lines do not say
 */
record AccessLog(Path file, Form form, String host) {

    /** How lines are written. */
    enum Form {
        /** Apache's and nginx's common and combined forms; a virtual host may stand in front. */
        combined,
        /** A JSON object a line, with the field names of nginx, Envoy or Traefik. */
        json
    }

    private static final Pattern COMBINED = Pattern.compile(
            "^(?:(?<host>[A-Za-z0-9.-]+(?::\\d+)?) )?\\S+ \\S+ \\S+ \\[[^\\]]*\\] \"(?<method>[A-Z]+) (?<target>\\S+)[^\"]*\" .*");
    private static final List<String> METHODS = List.of("method", "request_method", "RequestMethod");
    private static final List<String> TARGETS =
            List.of("path", "request_uri", "uri", "RequestPath", "requestPath", "url");
    private static final List<String> HOSTS = List.of("host", "http_host", "authority", "RequestHost");
    private static final JsonMapper JSON = JsonMapper.shared();

    /** How a log was read: the lines that were no request, and the first of them. */
    record Unread(long lines, long firstLine) {}

    /** Hands every request to {@code take}. */
    Unread read(Consumer<SampleRequest> take) throws IOException {
        var now = Instant.now();
        var unread = 0L;
        var first = 0L;
        try (var lines = new BufferedReader(new InputStreamReader(open(), StandardCharsets.ISO_8859_1))) {
            var number = 0L;
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                var request = line.isBlank() ? Optional.<SampleRequest>empty() : request(line, now);
                request.ifPresent(take);
                if (request.isEmpty() && !line.isBlank()) {
                    unread++;
                    first = first == 0 ? number : first;
                }
            }
        }
        return new Unread(unread, first);
    }

    private InputStream open() throws IOException {
        var in = Files.newInputStream(file);
        return file.toString().endsWith(".gz") ? new GZIPInputStream(in) : in;
    }

    private Optional<SampleRequest> request(String line, Instant at) {
        try {
            return form == Form.json ? ofJson(line, at) : ofCombined(line, at);
        } catch (IllegalArgumentException | JacksonException e) {
            return Optional.empty(); // what a scanner sent, or half a line: counted by the caller
        }
    }

    private Optional<SampleRequest> ofCombined(String line, Instant at) {
        var parts = COMBINED.matcher(line);
        if (!parts.matches()) {
            return Optional.empty();
        }
        var named = parts.group("host");
        return Optional.of(sample(parts.group("method"), parts.group("target"), named == null ? host : named, at));
    }

    private Optional<SampleRequest> ofJson(String line, Instant at) {
        var json = JSON.readTree(line);
        var method = text(json, METHODS);
        var target = text(json, TARGETS);
        if (method.isEmpty() || target.isEmpty()) {
            return Optional.empty();
        }
        var named = text(json, HOSTS);
        return Optional.of(sample(method, target, named.isEmpty() ? host : named, at));
    }

    private static String text(JsonNode json, List<String> names) {
        return names.stream()
                .map(name -> json.path(name).asString(""))
                .filter(text -> !text.isEmpty())
                .findFirst()
                .orElse("");
    }

    private static SampleRequest sample(String method, String target, String host, Instant at) {
        return new SampleRequest(method, target, host.isEmpty() ? List.of() : List.of("Host: " + host), null, at);
    }
}
