package dev.banyan.gateway.live;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.banyan.rules.RulesFolder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One rule file on a web server, asked for with the {@code ETag} of the last answer. Redirects are not followed. */
final class HttpRules implements RemoteRules {

    private static final Duration CONNECT = Duration.ofSeconds(2);
    private static final Duration WHOLE = Duration.ofSeconds(10);
    private static final Pattern TOKEN = Pattern.compile("[!-~]+");

    private final URI location;
    private final String where;
    private final @Nullable Path tokenFile;
    private final HttpClient client = HttpClient.newBuilder()
            .connectTimeout(CONNECT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    private @Nullable String etag;
    private @Nullable String tagged;

    /** @param at names a file with what to send as {@code Authorization: Bearer}; it is read anew each time */
    HttpRules(RulesLocation.Web at) {
        this.location = at.url();
        this.where = at.where();
        this.tokenFile = at.secretFile();
    }

    @Override
    public Optional<Files> fetch(@Nullable String known, @Nullable String newest) throws IOException {
        var request = HttpRequest.newBuilder(location).timeout(WHOLE).header("Accept", "application/yaml, */*");
        if (known != null && known.equals(tagged) && etag != null) {
            request.header("If-None-Match", etag);
        }
        if (tokenFile != null) {
            request.header("Authorization", "Bearer " + token(tokenFile));
        }
        HttpResponse<byte[]> reply = ask(request.build());
        if (reply.statusCode() == 304 && known != null) {
            return Optional.empty();
        }
        if (reply.statusCode() != 200) {
            throw new IOException("status " + reply.statusCode()
                    + reply.headers()
                            .firstValue("Location")
                            .map(to -> ", it points to " + RulesLocation.Web.withoutQuery(to))
                            .orElse(""));
        }
        String version = RulesLocation.sha256(reply.body());
        etag = reply.headers().firstValue("ETag").orElse(null);
        tagged = version; // which may yet fail to be taken, and has to be sent again then
        return version.equals(known)
                ? Optional.empty()
                : Optional.of(new Files(version, Map.of("rules.yaml", reply.body())));
    }

    /** The token, or what is wrong with it without a letter of it: what the JDK would say has all of it. */
    private static String token(Path file) throws IOException {
        String token = new String(java.nio.file.Files.readAllBytes(file), ISO_8859_1).strip();
        if (!TOKEN.matcher(token).matches()) {
            throw new IOException("no token in " + file + " (expected: one line of printable ASCII, without spaces)");
        }
        return token;
    }

    private HttpResponse<byte[]> ask(HttpRequest request) throws IOException {
        var reply = client.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), RulesFolder.BYTES_MAX));
        try {
            return reply.get(WHOLE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            Throwable why = e.getCause() == null ? e : e.getCause();
            throw new IOException(why.getMessage() == null ? why.toString() : why.getMessage(), why);
        } catch (TimeoutException e) {
            reply.cancel(true);
            throw new IOException("no whole answer within " + WHOLE.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            reply.cancel(true);
            Thread.currentThread().interrupt();
            throw new IOException("stopped while asking", e);
        }
    }

    @Override
    public String where() {
        return where;
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
