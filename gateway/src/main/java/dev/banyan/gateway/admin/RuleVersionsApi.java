package dev.banyan.gateway.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.banyan.gateway.live.RuleVersions;
import dev.banyan.gateway.live.RulesInForce;
import dev.banyan.gateway.store.ControlStore;
import dev.banyan.gateway.store.StoreUnavailable;
import dev.banyan.rules.Backend;
import dev.banyan.rules.Problem;
import dev.banyan.rules.RuleSet;
import dev.banyan.rules.RulesException;
import dev.banyan.rules.RulesFolder;
import dev.banyan.rules.RulesPlan;
import dev.banyan.rules.RulesPlanMap;
import dev.banyan.rules.lint.FindingsMap;
import dev.banyan.rules.lint.Lint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Versions of the rules in the control store, for people who push and pull them. All of it blocks. */
record RuleVersionsApi(RulesInForce rules, ControlStore store, JsonMapper json) {

    /** The most bytes of a push: the rules of a folder at their largest, with what JSON adds. */
    static final int BYTES_MAX = (int) RulesFolder.BYTES_MAX * 2;

    private static final int LISTED_MAX = 100;
    private static final int REASON_MAX = 1000;
    private static final int NAME_MAX = 200;
    private static final Duration FIRST_ANSWER_MAX = Duration.ofSeconds(10);
    private static final Pattern FILE = Pattern.compile("[^./\\\\\0][^/\\\\\0]{0,200}\\.yaml");

    /** A status and its JSON. */
    record Answer(int status, String body) {}

    /** What a request may throw, besides a mistake in it ({@link IllegalArgumentException}). */
    @FunctionalInterface
    private interface Work {
        Answer answer() throws StoreUnavailable, RulesException;
    }

    /** {@code store}, {@code newest}, and the last hundred {@code versions}, newest first. */
    Answer list() {
        return answer(() -> {
            var all = json.createObjectNode()
                    .put("store", store.location().where())
                    .put("newest", versions().newest());
            var list = all.putArray("versions");
            for (RuleVersions.Version each : versions().list(LISTED_MAX)) {
                list.addObject()
                        .put("version", each.number())
                        .put("hash", each.hash())
                        .put("pushed", each.pushed().toString())
                        .put("by", each.by())
                        .put("why", each.why());
            }
            return new Answer(200, json.writeValueAsString(all));
        });
    }

    /** The {@code files} of one version, by name. */
    Answer files(@org.jspecify.annotations.Nullable String number) {
        return answer(() -> {
            var files = versions().files(number(String.valueOf(number)));
            if (files.isEmpty()) {
                return error(404, "version: " + number + " (expected: one that was pushed)");
            }
            var all = json.createObjectNode().put("store", store.location().where());
            var contents = all.putObject("files");
            files.get().forEach((name, content) -> contents.put(name, new String(content, UTF_8)));
            return new Answer(200, json.writeValueAsString(all));
        });
    }

    /** Checks what is pushed as the gateway itself would before it serves by it, and puts it into the store. */
    Answer push(String body) {
        return answer(() -> {
            JsonNode push = json.readTree(body);
            Map<String, byte[]> files = files(push);
            String hash = checked(files).hash();
            var outcome = versions()
                    .push(
                            number(push.path("base").asString("")),
                            files,
                            hash,
                            text(push, "by", NAME_MAX),
                            text(push, "why", REASON_MAX));
            return switch (outcome) {
                case RuleVersions.Outcome.Pushed(long number) ->
                    new Answer(200, json.writeValueAsString(Map.of("version", number, "hash", hash)));
                case RuleVersions.Outcome.Conflict(long newest) ->
                    error(
                            409,
                            "base: " + push.path("base").asString("") + " (expected: " + newest
                                    + ", the last version)");
            };
        });
    }

    /**
     * What the tools say of {@code files} that nobody serves by yet: {@code valid} and {@code problems}, or {@code hash}, what lint finds,
     * and what they would do differently from the rules in force.
     */
    Answer check(String body) {
        var all = new LinkedHashMap<String, Object>();
        try {
            RuleSet read = checked(files(json.readTree(body)));
            all.put("valid", true);
            all.put("hash", read.hash());
            all.putAll(FindingsMap.of(Lint.findings(read, store.clock().instant())));
            all.put("plan", RulesPlanMap.of(RulesPlan.of(rules.current().files(), rules.completed(read))));
            return new Answer(200, json.writeValueAsString(all));
        } catch (RulesException e) {
            all.put("valid", false);
            all.put(
                    "problems",
                    e.problems().stream()
                            .map(RuleVersionsApi::withoutFolder)
                            .map(Problem::toString)
                            .toList());
            return new Answer(422, json.writeValueAsString(all));
        } catch (JacksonException e) {
            return error(400, "body: no JSON (expected: {\"files\": {\"shop.yaml\": ...}})");
        } catch (IllegalArgumentException e) {
            return error(400, String.valueOf(e.getMessage()));
        }
    }

    /** What lint finds in the rules in force. */
    Answer lint() {
        RuleSet inForce = rules.current().files();
        return new Answer(
                200,
                json.writeValueAsString(
                        FindingsMap.of(Lint.findings(inForce, store.clock().instant()))));
    }

    private static Map<String, byte[]> files(JsonNode body) {
        var files = new LinkedHashMap<String, byte[]>();
        body.path("files")
                .properties()
                .forEach(each -> files.put(
                        fileName(each.getKey()), each.getValue().asString("").getBytes(UTF_8)));
        return files;
    }

    private Answer answer(Work work) {
        store.start();
        try {
            store.awaitFirstAnswer(FIRST_ANSWER_MAX);
            return work.answer();
        } catch (StoreUnavailable e) {
            return error(503, String.valueOf(e.getMessage()));
        } catch (RulesException e) {
            return new Answer(
                    422,
                    json.writeValueAsString(Map.of(
                            "error",
                            "the rules cannot be used",
                            "problems",
                            e.problems().stream()
                                    .map(RuleVersionsApi::withoutFolder)
                                    .map(Problem::toString)
                                    .toList())));
        } catch (JacksonException e) {
            return error(400, "body: no JSON (expected: {\"base\": 0, \"files\": {...}, \"by\": ..., \"why\": ...})");
        } catch (IllegalArgumentException e) {
            return error(400, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return error(503, "the gateway stops");
        }
    }

    private static Problem withoutFolder(Problem problem) {
        return new Problem(
                Path.of(String.valueOf(problem.file().getFileName())),
                problem.line(),
                problem.column(),
                problem.where(),
                problem.found(),
                problem.expected());
    }

    private RuleSet checked(Map<String, byte[]> files) throws RulesException {
        try {
            Path draft = Files.createTempDirectory("banyan-push");
            try {
                for (Map.Entry<String, byte[]> each : files.entrySet()) {
                    Files.write(draft.resolve(each.getKey()), each.getValue());
                }
                RuleSet read = RulesFolder.read(draft);
                refuseCertificates(read);
                rules.check(read);
                return read;
            } finally {
                for (String name : files.keySet()) {
                    Files.deleteIfExists(draft.resolve(name));
                }
                Files.deleteIfExists(draft);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("checking what was pushed", e);
        }
    }

    private static void refuseCertificates(RuleSet read) throws RulesException {
        for (Backend backend : read.backends()) {
            if (backend.tls() != null && backend.tls().ca() != null) {
                throw new RulesException(List.of(new Problem(
                        Path.of(""),
                        0,
                        0,
                        "backends[" + backend.name() + "].tls.ca",
                        "a file, which does not come with rules from the control store",
                        "--backend-ca on each gateway")));
            }
        }
    }

    private RuleVersions versions() {
        return new RuleVersions(store);
    }

    private Answer error(int status, String what) {
        return new Answer(status, json.writeValueAsString(Map.of("error", what)));
    }

    private static String fileName(String name) {
        if (!FILE.matcher(name).matches()) {
            throw new IllegalArgumentException("files: " + name + " (expected: names such as rules.yaml)");
        }
        return name;
    }

    private static String text(JsonNode push, String key, int charactersMax) {
        String text = push.path(key).asString("").strip();
        if (text.isEmpty() || text.length() > charactersMax) {
            throw new IllegalArgumentException(
                    key + ": " + text.length() + " characters (expected: 1 to " + charactersMax + ")");
        }
        return text;
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("version: " + text + " (expected: a number)", e);
        }
    }
}
