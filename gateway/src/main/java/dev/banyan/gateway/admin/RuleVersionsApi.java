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
record RuleVersionsApi(RulesInForce rules, ControlStore store) {

    /** The most bytes of a push: the rules of a folder at their largest, with what JSON adds. */
    static final int BYTES_MAX = (int) RulesFolder.BYTES_MAX * 2;

    private static final JsonMapper JSON = new JsonMapper();
    private static final int LISTED_MAX = 100;
    private static final int REASON_MAX = 1000;
    private static final int NAME_MAX = 200;
    private static final Duration FIRST_ANSWER_MAX = Duration.ofSeconds(10);
    private static final Pattern FILE = Pattern.compile("[^./\\\\\0][^/\\\\\0]{0,200}\\.yaml");

    /** What a request may throw, besides a mistake in it ({@link IllegalArgumentException}). */
    @FunctionalInterface
    private interface Work {
        Reply answer() throws StoreUnavailable, RulesException;
    }

    /** {@code store}, {@code newest}, and the last hundred {@code versions}, newest first. */
    Reply list() {
        return answer(() -> {
            var all = JSON.createObjectNode()
                    .put("store", store.location().where())
                    .put("newest", versions().newest().number());
            var list = all.putArray("versions");
            for (RuleVersions.Version each : versions().list(LISTED_MAX)) {
                list.addObject()
                        .put("version", each.number())
                        .put("hash", each.hash())
                        .put("pushed", each.pushed().toString())
                        .put("by", each.by())
                        .put("why", each.why());
            }
            return Reply.json(200, all);
        });
    }

    /** The {@code files} of one version, by name. */
    Reply files(@org.jspecify.annotations.Nullable String number) {
        return answer(() -> {
            var files = versions().files(number(String.valueOf(number)));
            if (files.isEmpty()) {
                return Reply.error(404, "version: " + number + " (expected: one that was pushed)");
            }
            var all = JSON.createObjectNode().put("store", store.location().where());
            var contents = all.putObject("files");
            files.get().forEach((name, content) -> contents.put(name, new String(content, UTF_8)));
            return Reply.json(200, all);
        });
    }

    /** Checks what is pushed as the gateway itself would before it serves by it, and puts it into the store. */
    Reply push(String body) {
        return answer(() -> {
            JsonNode push = JSON.readTree(body);
            Map<String, byte[]> files = files(push);
            RuleSet read = read(files);
            rules.check(read);
            String hash = read.hash();
            var outcome = versions()
                    .push(
                            number(push.path("base").asString("")),
                            files,
                            hash,
                            text(push, "by", NAME_MAX),
                            text(push, "why", REASON_MAX));
            return switch (outcome) {
                case RuleVersions.Outcome.Pushed(long number) ->
                    Reply.json(200, Map.of("version", number, "hash", hash));
                case RuleVersions.Outcome.Conflict(long newest) ->
                    Reply.error(
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
    Reply check(String body) {
        var all = new LinkedHashMap<String, Object>();
        try {
            RuleSet read = read(files(JSON.readTree(body)));
            RuleSet completed = rules.check(read);
            all.put("valid", true);
            all.put("hash", read.hash());
            all.putAll(FindingsMap.of(Lint.findings(read, store.clock().instant())));
            all.put("plan", RulesPlanMap.of(RulesPlan.of(rules.current().files(), completed)));
            return Reply.json(200, all);
        } catch (RulesException e) {
            all.put("valid", false);
            all.put("problems", words(e));
            return Reply.json(422, all);
        } catch (JacksonException e) {
            return Reply.error(400, "body: no JSON (expected: {\"files\": {\"shop.yaml\": ...}})");
        }
    }

    /** What lint finds in the rules in force. */
    Reply lint() {
        RuleSet inForce = rules.current().files();
        return Reply.json(
                200, FindingsMap.of(Lint.findings(inForce, store.clock().instant())));
    }

    private static Map<String, byte[]> files(JsonNode body) {
        var files = new LinkedHashMap<String, byte[]>();
        body.path("files")
                .properties()
                .forEach(each -> files.put(
                        fileName(each.getKey()), each.getValue().asString("").getBytes(UTF_8)));
        return files;
    }

    private Reply answer(Work work) {
        store.start();
        try {
            store.awaitFirstAnswer(FIRST_ANSWER_MAX);
            return work.answer();
        } catch (StoreUnavailable e) {
            return Reply.error(503, String.valueOf(e.getMessage()));
        } catch (RulesException e) {
            return Reply.json(422, Map.of("error", "the rules cannot be used", "problems", words(e)));
        } catch (JacksonException e) {
            return Reply.error(
                    400, "body: no JSON (expected: {\"base\": 0, \"files\": {...}, \"by\": ..., \"why\": ...})");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Reply.error(503, "the gateway stops");
        }
    }

    private static List<String> words(RulesException refused) {
        return refused.problems().stream()
                .map(RuleVersionsApi::withoutFolder)
                .map(Problem::toString)
                .toList();
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

    private static RuleSet read(Map<String, byte[]> files) throws RulesException {
        try {
            Path draft = Files.createTempDirectory("banyan-push");
            try {
                for (Map.Entry<String, byte[]> each : files.entrySet()) {
                    Files.write(draft.resolve(each.getKey()), each.getValue());
                }
                RuleSet read = RulesFolder.read(draft);
                refuseCertificates(read);
                return read;
            } finally {
                for (String name : files.keySet()) {
                    Files.deleteIfExists(draft.resolve(name));
                }
                Files.deleteIfExists(draft);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("reading what was pushed", e);
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

    private static String fileName(String name) {
        if (!FILE.matcher(name).matches()) {
            throw new IllegalArgumentException("files: " + name + " (expected: names such as rules.yaml)");
        }
        return name;
    }

    private static String text(JsonNode push, String key, int charactersMax) {
        String text = push.path(key).asString("").strip().replaceAll("\\s+", " ");
        if (text.isEmpty() || text.length() > charactersMax) {
            throw new IllegalArgumentException(
                    key + ": " + text.length() + " characters (expected: 1 to " + charactersMax + ")");
        }
        return OneLine.checked(key, text);
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("version: " + text + " (expected: a number)", e);
        }
    }
}
