package dev.banyan.gateway;

import dev.banyan.gateway.live.RulesLocation;
import dev.banyan.gateway.live.RulesSource;
import dev.banyan.gateway.store.StoreLocation;
import dev.banyan.rules.Backend;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The application, and where its rules are. */
final class RulesOptions {

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it
    CommandSpec spec;

    @Option(names = "--legacy", paramLabel = "URL", description = "the application, http or https")
    @Nullable
    URI legacy;

    @Option(
            names = "--rules",
            paramLabel = "DIR|URL",
            description =
                    "folder with *.yaml rules, read again on every save; or one rule file at an http(s) address; or all"
                            + " *.yaml under s3://BUCKET/PREFIX; or"
                            + " store: for the last version that was pushed into the control store")
    @Nullable
    String rules;

    @Option(
            names = "--rules-poll",
            paramLabel = "SECONDS",
            defaultValue = "0.5",
            description = "how often to ask for rules that are not in a folder (default: ${DEFAULT-VALUE})")
    double rulesPoll;

    @Option(
            names = "--rules-secret-file",
            paramLabel = "FILE",
            description = "holds the bearer token for rules at an https address")
    @Nullable
    Path rulesSecret;

    @Option(names = "--backend", paramLabel = "NAME=URL", description = "where a backend of the rules is; repeatable")
    Map<String, URI> backends = new LinkedHashMap<>();

    /** Returns what the options say; rules of a {@code store:} are in {@code store}, copies of remote ones in the run folder. */
    RulesSource source(Path runFolder, StoreLocation store) {
        if (legacy == null && rules == null) {
            throw Usage.wrong(
                    spec, "--legacy: missing (expected: the URL of the application, or --rules with a baseline)");
        }
        if (legacy != null) {
            requireBackendUrl("--legacy", legacy);
        }
        backends.forEach((name, url) -> requireBackendUrl("--backend " + name, url));
        if (rules == null && !backends.isEmpty()) {
            throw Usage.wrong(spec, "--backend: needs --rules (expected: rules that name " + backends.keySet() + ")");
        }
        RulesLocation remote = remote(store);
        if (remote != null) {
            Usage.requireFile(spec, "--rules-secret-file", rulesSecret);
            return new RulesSource(runFolder.resolve("source-rules"), remote, legacy, backends);
        }
        Path folder = rules == null ? null : Path.of(rules);
        if (folder != null && !Files.isDirectory(folder)) {
            throw Usage.wrong(spec, "--rules: " + rules + " (expected: a folder, an http(s) or s3 address, or store:)");
        }
        Usage.requireFile(spec, "--rules-secret-file", rulesSecret);
        return new RulesSource(folder, null, legacy, backends);
    }

    private @Nullable RulesLocation remote(StoreLocation store) {
        if (rules == null || !RulesLocation.isOne(rules)) {
            return null;
        }
        try {
            return RulesLocation.of(rules, rulesSecret, Duration.ofMillis(Math.round(rulesPoll * 1000)), store);
        } catch (IllegalArgumentException e) {
            throw Usage.wrong(spec, String.valueOf(e.getMessage()));
        }
    }

    private void requireBackendUrl(String option, URI url) {
        try {
            Backend.candidate("any", url);
        } catch (IllegalArgumentException e) {
            throw Usage.wrong(spec, option + ": " + e.getMessage());
        }
    }
}
