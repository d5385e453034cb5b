package dev.banyan.gateway.admin;

import dev.banyan.gateway.shift.Answer;
import dev.banyan.gateway.shift.Command;
import dev.banyan.gateway.shift.Plan;
import dev.banyan.gateway.shift.ShiftRunner;
import dev.banyan.gateway.shift.ShiftStatus;
import dev.banyan.gateway.store.StoreUnavailable;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Shifts for people: where routes are and why, and what to do with them. Blocks while it waits for the leader. */
record ShiftApi(ShiftRunner runner, ShiftStatus status, InstantSource clock) {

    /** The most bytes of a command. */
    static final int BYTES_MAX = 16 * 1024;

    private static final long ANSWER_SECONDS_MAX = 4;
    private static final JsonMapper JSON = new JsonMapper();

    Reply all() {
        return Reply.json(200, status.all());
    }

    Reply one(@Nullable String route) {
        try {
            Optional<Map<String, Object>> one = status.one(String.valueOf(route));
            return one.isPresent()
                    ? Reply.json(200, one.get())
                    : Reply.error(404, "route: " + route + " (expected: one of the rules in force)");
        } catch (StoreUnavailable e) {
            return Reply.error(503, String.valueOf(e.getMessage()));
        }
    }

    /** Does what {@code {"route", "command", "by", "reason"}} says; {@code id} and {@code step} make a repetition harmless. */
    Reply ask(String body) {
        try {
            Command command = command(JSON.readTree(body));
            return told(command, await(command));
        } catch (JacksonException e) {
            return Reply.error(
                    400, "body: no JSON (expected: {\"route\": ..., \"command\": ..., \"by\": ..., \"reason\": ...})");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Reply.error(503, "the gateway stops");
        }
    }

    private Command command(JsonNode body) {
        String route = text(body, "route");
        Command.Kind kind = kind(text(body, "command"));
        if (route.equals(Plan.ALL) && kind != Command.Kind.FREEZE && kind != Command.Kind.UNFREEZE) {
            throw new IllegalArgumentException(
                    "route: * (expected: the name of one; all together are only frozen and unfrozen)");
        }
        return new Command(
                id(body.path("id")),
                route,
                kind,
                step(body.path("step")),
                text(body, "by"),
                text(body, "reason"),
                clock.instant(),
                null);
    }

    /** What makes a repetition harmless is taken as it is meant, or refused: else the second one would move the route again. */
    private static UUID id(JsonNode id) {
        if (isLeftOut(id)) {
            return UUID.randomUUID();
        }
        try {
            return UUID.fromString(id.isString() ? id.asString() : "");
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("id: " + id + " (expected: a UUID as text)", e);
        }
    }

    private static @Nullable Integer step(JsonNode step) {
        if (isLeftOut(step)) {
            return null;
        }
        if (!step.isInt()) {
            throw new IllegalArgumentException("step: " + step + " (expected: a whole number)");
        }
        return step.asInt();
    }

    private static boolean isLeftOut(JsonNode field) {
        return field.isMissingNode() || field.isNull();
    }

    private static Command.Kind kind(String word) {
        for (Command.Kind kind : Command.Kind.values()) {
            if (kind != Command.Kind.TRIP && kind.word().equals(word)) {
                return kind;
            }
        }
        throw new IllegalArgumentException(
                "command: " + word + " (expected: promote, pause, resume, rollback, freeze or unfreeze)");
    }

    private static String text(JsonNode body, String key) {
        String text = body.path(key).asString("");
        if (text.isBlank()) {
            throw new IllegalArgumentException(key + ": none (expected: some text)");
        }
        return OneLine.checked(key, text);
    }

    private Answer await(Command command) throws InterruptedException {
        try {
            return runner.ask(command).get(ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            return new Answer(command.id(), Answer.Outcome.LATER, later(command));
        } catch (ExecutionException e) {
            throw new IllegalStateException("asking for " + command.kind().word(), e);
        }
    }

    private String later(Command command) {
        String words = command.kind() == Command.Kind.ROLLBACK
                ? "rolled back in this gateway; it is journalled, and holds for the others, when the leader answers"
                : "waits for the leader";
        return runner.isKept()
                ? words
                : words + "; a restart of this gateway may forget it, since its run folder cannot be written";
    }

    private static Reply told(Command command, Answer answer) {
        var map = new LinkedHashMap<String, Object>();
        map.put("id", answer.command().toString());
        map.put("route", command.route());
        map.put("command", command.kind().word());
        map.put("outcome", answer.outcome().name().toLowerCase(Locale.ROOT));
        map.put("words", answer.words());
        return Reply.json(200, map);
    }
}
