package dev.banyan.bridge;

import dev.banyan.bridge.run.BackfillDesk;
import dev.banyan.bridge.run.ControlFile;
import dev.banyan.bridge.store.BridgeStore;
import dev.banyan.bridge.store.StoreUnusable;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The desk for backfills and parity runs, as a command asks it. Where the bridge that runs is the only one that can open the store, it is asked over its
 * status port; else the store is.
 */
final class AskedDesk {

    private static final Duration ANSWER_MAX = Duration.ofSeconds(30);

    private AskedDesk() {}

    static JsonNode answer(Setup setup, BackfillDesk.Kind kind, BackfillDesk.Request request)
            throws IOException, InterruptedException {
        var settings = setup.store();
        try (var store =
                BridgeStore.open(settings, setup.config().name(), "backfill", Setup.LEASE, InstantSource.system())) {
            var desk = new BackfillDesk(kind, store.backfills(), setup.source().tableIds(), InstantSource.system());
            return JsonMapper.shared().valueToTree(desk.answer(request));
        } catch (StoreUnusable e) {
            var control = ControlFile.read(settings.jdbcUrl());
            if (control.isEmpty()) {
                throw e;
            }
            try {
                return ask(control.get(), kind, request);
            } catch (ConnectException _) {
                throw e;
            }
        }
    }

    /** Asks the bridge that has the store open. */
    private static JsonNode ask(ControlFile control, BackfillDesk.Kind kind, BackfillDesk.Request request)
            throws IOException, InterruptedException {
        try (var client = HttpClient.newHttpClient()) {
            var answer = client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + control.port() + kind.path()))
                            .header("Authorization", "Bearer " + control.token())
                            .timeout(ANSWER_MAX)
                            .POST(HttpRequest.BodyPublishers.ofString(
                                    JsonMapper.shared().writeValueAsString(request)))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            var body = JsonMapper.shared().readTree(answer.body());
            if (answer.statusCode() != 200) {
                throw new IllegalArgumentException(body.path("error").asString());
            }
            return body;
        }
    }
}
