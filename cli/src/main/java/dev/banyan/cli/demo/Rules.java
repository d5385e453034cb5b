package dev.banyan.cli.demo;

import dev.banyan.cli.toolkit.AdminApi;
import dev.banyan.rules.RulesException;
import dev.banyan.rules.RulesFolder;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** The run's copy of the routing rules, and what the gateway says about it. */
final class Rules {

    private final Path folder;
    private final Map<String, URI> backends;
    private final AdminApi admin;
    private final RulesEdit file;

    /** {@code backends} are the addresses that the gateway was given on its command line. */
    Rules(Path folder, Map<String, URI> backends, AdminApi admin) {
        this.folder = folder;
        this.backends = Map.copyOf(backends);
        this.admin = admin;
        this.file = new RulesEdit(folder.resolve("shop.yaml"));
    }

    Path folder() {
        return folder;
    }

    /** Returns the file that people edit. */
    RulesEdit file() {
        return file;
    }

    /** Whether the gateway routes by exactly what stands in the folder now. */
    boolean areInForce() {
        try {
            var rules = RulesFolder.read(folder);
            for (var backend : backends.entrySet()) {
                rules = rules.withBackendUrl(backend.getKey(), backend.getValue());
            }
            return activeHash().equals(rules.hash());
        } catch (RulesException e) {
            return false; // what stands there is no valid set of rules
        }
    }

    /** Returns the hash of the rules that the gateway routes by. */
    String activeHash() {
        return admin.get("/admin/rules").path("hash").asString("");
    }

    /** Returns what the gateway says of the last edit it refused; a missing or null node when there is none. */
    JsonNode lastRejected() {
        return admin.get("/admin/rules").path("lastRejected");
    }
}
