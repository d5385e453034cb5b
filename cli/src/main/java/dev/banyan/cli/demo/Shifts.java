package dev.banyan.cli.demo;

import dev.banyan.cli.toolkit.AdminApi;
import dev.banyan.cli.toolkit.CommandFailed;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the gateway says about one route that moves by itself, and what people tell it. */
final class Shifts {

    private static final JsonMapper JSON = JsonMapper.shared();

    private final AdminApi admin;
    private final String route;

    Shifts(AdminApi admin, String route) {
        this.admin = admin;
        this.route = route;
    }

    /** Everything that is told of the route; a missing node while the gateway does not answer. */
    JsonNode now() {
        try {
            return admin.get("/admin/shifts/" + route);
        } catch (CommandFailed e) {
            return JSON.missingNode();
        }
    }

    String state() {
        return now().path("state").asString("");
    }

    /** Whether it stands at this stage and weight, in basis points, by itself. */
    boolean isAt(String stage, int weight) {
        var now = now();
        return now.path("stage").asString("").equals(stage)
                && now.path("weight").asInt(-1) == weight
                && !now.path("state").asString("").equals("rolled-back");
    }

    boolean isRolledBack() {
        return state().equals("rolled-back");
    }

    /** The newest entry of its journal, in words. */
    String lastEntry() {
        return now().path("journal").path(0).path("words").asString("");
    }

    /** Lets it go on after it was rolled back, as {@code ./banyan resume} does. */
    void resume(String reason) {
        var body = JSON.createObjectNode()
                .put("id", UUID.randomUUID().toString())
                .put("route", route)
                .put("command", "resume")
                .put("by", "demo")
                .put("reason", reason);
        var _ = admin.post("/admin/shifts", JSON.writeValueAsString(body));
    }
}
