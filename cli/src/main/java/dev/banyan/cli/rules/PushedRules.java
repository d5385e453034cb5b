package dev.banyan.cli.rules;

import dev.banyan.cli.toolkit.AdminApi;
import dev.banyan.cli.toolkit.CommandFailed;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The versions of the rules in a control store, by way of a gateway's admin API. */
final class PushedRules implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String VERSIONS = "/admin/rules/versions";

    private final AdminApi admin;

    PushedRules(AdminApi admin) {
        this.admin = admin;
    }

    /** {@code store}, {@code newest} and {@code versions}, newest first. */
    JsonNode list() {
        return wanted(admin.ask(VERSIONS, null));
    }

    /** The files of one version, by name. */
    Map<String, String> files(long version) {
        var files = new LinkedHashMap<String, String>();
        wanted(admin.ask(VERSIONS + "/" + version, null))
                .path("files")
                .properties()
                .forEach(each -> files.put(each.getKey(), each.getValue().asString("")));
        return files;
    }

    /** Puts files there after version {@code base} and returns the {@code version} they are now, with its {@code hash}. */
    JsonNode push(long base, Map<String, String> files, String by, String why) {
        var push = JSON.createObjectNode().put("base", base).put("by", by).put("why", why);
        var contents = push.putObject("files");
        files.forEach(contents::put);
        return wanted(admin.ask(VERSIONS, JSON.writeValueAsString(push)));
    }

    private JsonNode wanted(AdminApi.Answer answer) {
        if (answer.status() == 200) {
            return answer.body();
        }
        var said = new StringBuilder(admin.base() + " answered " + answer.status() + ": ")
                .append(answer.body().path("error").asString(""));
        answer.body().path("problems").forEach(each -> said.append("\n").append(each.asString("")));
        throw new CommandFailed(said.toString());
    }

    @Override
    public void close() {
        admin.close();
    }
}
