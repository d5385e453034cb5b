package dev.banyan.cli.toolkit;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The admin port of a running gateway, found by the files the gateway leaves in its run folder. */
public final class AdminApi implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.shared();

    /** The admin port listens nowhere else. */
    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "[::1]");

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final Path runFolder;
    private final URI base;
    private final String token;

    private AdminApi(Path runFolder, URI base, String token) {
        this.runFolder = runFolder;
        this.base = base;
        this.token = token;
    }

    /** Finds the gateway that runs with {@code --run-dir runFolder}. */
    public static AdminApi of(Path runFolder) {
        var about = runFolder.resolve("gateway.json");
        if (!Files.isRegularFile(about)) {
            throw new CommandFailed("no gateway runs with the run folder " + runFolder + " (no " + about + ")");
        }
        requireRunning(runFolder);
        try {
            var gateway = JSON.readTree(Files.readString(about));
            var token = Path.of(gateway.path("tokenFile")
                    .asString(runFolder.resolve("admin.token").toString()));
            return new AdminApi(
                    runFolder,
                    URI.create("http://127.0.0.1:" + gateway.path("adminPort").asInt()),
                    Files.readString(runFolder.resolve(token)).strip());
        } catch (IOException e) {
            throw new CommandFailed("cannot read " + about + " or the token beside it: " + e.getMessage(), e);
        }
    }

    /**
     * A gateway that was killed leaves its files, and its port to whoever comes next: the token goes there only while a gateway
     * holds the lock of its run folder.
     */
    private static void requireRunning(Path runFolder) {
        try (var file = FileChannel.open(runFolder.resolve("gateway.lock"), StandardOpenOption.READ);
                var lock = file.tryLock(0, Long.MAX_VALUE, true)) {
            if (lock == null) {
                return;
            }
        } catch (OverlappingFileLockException e) {
            return; // held in this process
        } catch (NoSuchFileException e) {
            // not even made
        } catch (IOException e) {
            throw new CommandFailed(
                    "cannot tell whether a gateway runs with the run folder " + runFolder + ": " + e, e);
        }
        throw new CommandFailed("no gateway runs with the run folder " + runFolder
                + " (one that was killed left its gateway.json there)");
    }

    public URI base() {
        return base;
    }

    /** The same gateway's token for another address of loopback: the token goes nowhere else. */
    public AdminApi at(URI address) {
        if (!"http".equals(address.getScheme()) || !LOOPBACK.contains(String.valueOf(address.getHost()))) {
            throw new IllegalArgumentException(
                    "gateway: " + address + " (expected: an admin address such as http://127.0.0.1:9080)");
        }
        return new AdminApi(runFolder, address, token);
    }

    /** Returns the JSON at {@code path}, {@code /admin/routes} for instance. */
    public JsonNode get(String path) {
        return send(request(path).build());
    }

    /** Returns the JSON that {@code path} answers to a JSON question. */
    public JsonNode post(String path, String json) {
        return send(request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json))
                .build());
    }

    /** A status and the JSON that came with it. */
    public record Answer(int status, JsonNode body) {}

    /** Returns what {@code path} answers to a JSON request that it may refuse; checking it may take the gateway a while. */
    public Answer ask(String path, @Nullable String json) {
        var request = request(path).timeout(Duration.ofSeconds(60));
        if (json != null) {
            request.header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(json));
        }
        return answer(request.build());
    }

    private Answer answer(HttpRequest asked) {
        try {
            var response = client.send(asked, BodyHandlers.ofString());
            return new Answer(response.statusCode(), JSON.readTree(response.body()));
        } catch (IOException | JacksonException e) {
            throw new CommandFailed("the gateway's admin port does not answer at " + base + ": " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailed("interrupted", e);
        }
    }

    /** Returns what {@code path} answers, whatever that is. */
    public Answer look(String path) {
        return answer(request(path).build());
    }

    private HttpRequest.Builder request(String path) {
        requireRunning(runFolder);
        return HttpRequest.newBuilder(base.resolve(path))
                .header("Authorization", "Bearer " + token)
                .timeout(Duration.ofSeconds(5));
    }

    private JsonNode send(HttpRequest request) {
        try {
            var response = client.send(request, BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                var error = response.body().startsWith("{\"error\"") ? ": " + response.body() : "";
                throw new CommandFailed(request.uri() + " answered " + response.statusCode() + error);
            }
            return JSON.readTree(response.body());
        } catch (IOException | JacksonException e) {
            throw new CommandFailed("the gateway's admin port does not answer at " + base + ": " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailed("interrupted", e);
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
