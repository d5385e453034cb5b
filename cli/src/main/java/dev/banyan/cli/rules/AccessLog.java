package dev.banyan.cli.rules;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.banyan.cli.toolkit.CommandFailed;
import dev.banyan.rules.SampleRequest;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;
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
        /** A JSON object a line, with the field names of nginx, Envoy, Traefik or Caddy. */
        json
    }

    /** No request line of a web server is longer; of a longer line no more than this is held. */
    static final int LINE_MAX = 64 * 1024;

    private static final List<String> METHODS =
            List.of("/method", "/:method", "/request_method", "/RequestMethod", "/request/method");
    private static final List<String> TARGETS =
            List.of("/path", "/:path", "/request_uri", "/uri", "/RequestPath", "/requestPath", "/url", "/request/uri");
    private static final List<String> HOSTS =
            List.of("/host", "/http_host", "/authority", "/:authority", "/RequestHost", "/request/host");
    private static final List<String> TIMES = List.of(
            "/time_iso8601", "/time", "/time_local", "/timestamp", "/@timestamp", "/start_time", "/StartUTC", "/ts");
    private static final JsonMapper JSON = JsonMapper.shared();

    /**
     * How a log was read.
     *
     * @param unreadLines lines that were no request
     * @param firstUnread the first of them; 0 for none
     * @param timeless requests whose line says no time that can be read
     */
    record Outcome(long unreadLines, long firstUnread, long timeless) {
        static final Outcome NONE = new Outcome(0, 0, 0);
    }

    /**
     * Hands every request to {@code take}, at the time its line says, or at {@code now}; tells {@code progress} the number of each
     * line. Fails when the file cannot be read to its end.
     */
    Outcome read(Instant now, Consumer<SampleRequest> take, LongConsumer progress) {
        long number = 0;
        long unread = 0;
        long first = 0;
        long timeless = 0;
        try (var lines = new BoundedLines(open(), LINE_MAX)) {
            for (var line = lines.next(); line != null; line = lines.next()) {
                number++;
                progress.accept(number);
                if (line.length == 0) {
                    continue;
                }
                var request = lines.cut() ? null : request(line);
                var sample = request == null ? null : request.at(now);
                if (request == null || sample == null) {
                    unread++;
                    first = first == 0 ? number : first;
                } else {
                    timeless += request.time() == null ? 1 : 0;
                    take.accept(sample);
                }
            }
        } catch (EOFException | ZipException e) {
            throw new CommandFailed(
                    file + ": after line " + number + " it cannot be unpacked (expected: a whole .gz file)", e);
        } catch (IOException e) {
            throw new CommandFailed(file + ": unreadable: " + e, e);
        }
        return new Outcome(unread, first, timeless);
    }

    private InputStream open() throws IOException {
        if (Files.isDirectory(file)) {
            throw new CommandFailed(file + ": a folder (expected: one access log)");
        }
        var in = Files.newInputStream(file);
        if (!file.toString().endsWith(".gz")) {
            return new BufferedInputStream(in);
        }
        try {
            return new BufferedInputStream(new GZIPInputStream(in));
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    /** What a line says. */
    private record Logged(
            String method,
            String target,
            String host,
            @Nullable Instant time) {

        /** The request as one to decide; null for what no client could have sent. */
        @Nullable
        SampleRequest at(Instant now) {
            try {
                return new SampleRequest(
                        method,
                        target,
                        host.isEmpty() ? List.of() : List.of("Host: " + host),
                        null,
                        time == null ? now : time);
            } catch (IllegalArgumentException e) {
                return null; // what a scanner sent: counted by the caller
            }
        }
    }

    private @Nullable Logged request(byte[] line) {
        try {
            return form == Form.json ? ofJson(line) : ofCombined(new String(line, ISO_8859_1));
        } catch (JacksonException e) {
            return null; // half a line: counted by the caller
        }
    }

    private @Nullable Logged ofCombined(String line) {
        int bracket = line.indexOf(" [");
        int end = bracket < 0 ? -1 : line.indexOf("] \"", bracket);
        if (end < 0) {
            return null;
        }
        // HOST ADDRESS - USER, or ADDRESS - USER: what identd would say is never known
        var who = line.substring(0, bracket).split(" ", 4);
        var named = who.length == 4 && !who[1].equals("-") && who[2].equals("-") ? unquoted(who[0]) : host;
        return ofRequestLine(LogText.quoted(line, end + 3), named, LogTime.of(line.substring(bracket + 2, end)));
    }

    private static String unquoted(String text) {
        return text.length() > 1 && text.startsWith("\"") && text.endsWith("\"")
                ? text.substring(1, text.length() - 1)
                : text;
    }

    /** {@code GET /orders HTTP/1.1}, a character a byte. */
    private static @Nullable Logged ofRequestLine(String text, String host, @Nullable Instant time) {
        int method = text.indexOf(' ');
        if (method < 1) {
            return null;
        }
        int version = text.lastIndexOf(" HTTP/");
        var target = version <= method ? text.substring(method + 1) : text.substring(method + 1, version);
        return new Logged(text.substring(0, method), LogText.target(target), host, time);
    }

    private @Nullable Logged ofJson(byte[] line) {
        var json = JSON.readTree(line);
        var said = text(json, HOSTS).orElse(host);
        var time = TIMES.stream()
                .map(json::at)
                .filter(JsonNode::isValueNode)
                .map(each -> LogTime.of(each.asString("")))
                .filter(each -> each != null)
                .findFirst()
                .orElse(null);
        if (json.path("request").isString()) {
            return ofRequestLine(new String(json.path("request").asString().getBytes(UTF_8), ISO_8859_1), said, time);
        }
        var method = text(json, METHODS);
        var target = text(json, TARGETS);
        return method.isEmpty() || target.isEmpty() ? null : new Logged(method.get(), target.get(), said, time);
    }

    private static Optional<String> text(JsonNode json, List<String> pointers) {
        return pointers.stream()
                .map(pointer -> json.at(pointer).asString(""))
                .filter(text -> !text.isEmpty())
                .findFirst();
    }
}
