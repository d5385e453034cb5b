package dev.banyan.gateway.live;

import dev.banyan.gateway.store.ControlStore;
import dev.banyan.rules.Backend;
import dev.banyan.rules.KnownFiles;
import dev.banyan.rules.Problem;
import dev.banyan.rules.RuleSet;
import dev.banyan.rules.RulesException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where rules come from: a folder, a place elsewhere, or nothing but the legacy URL; addresses given on the command line win.
 *
 * @param folder null for no rules at all; with {@code remote}, where its files are written to
 * @param remote null for a folder that people edit
 * @param legacy null when the folder's baseline says where it is
 * @param backendUrls by backend name
 */
public record RulesSource(
        @Nullable Path folder,
        @Nullable RulesLocation remote,
        @Nullable URI legacy,
        Map<String, URI> backendUrls) {

    public RulesSource {
        backendUrls = Map.copyOf(backendUrls);
    }

    /** What opens the place elsewhere and writes its files into the folder; null for a folder that people edit. */
    public @Nullable RulesMirror mirror(ControlStore store) {
        return remote == null || folder == null ? null : new RulesMirror(remote.open(store), folder, remote.poll());
    }

    /** Says where rules come from, for people and to tell sources apart. */
    public String where() {
        return switch (remote) {
            case RulesLocation.Web web -> web.where();
            case RulesLocation.Store store -> RulesLocation.STORE + store.at().where();
            case RulesLocation.Bucket bucket -> bucket.where();
            case null ->
                String.valueOf(folder == null ? null : folder.toAbsolutePath().normalize());
        };
    }

    /** Reads the folder as it is now, without what the command line adds; throws what is wrong with the files. */
    RuleSet readFiles(KnownFiles known) throws RulesException {
        return folder == null || (mayBeEmpty() && isEmpty(folder)) ? passThrough() : known.read(folder);
    }

    /** Returns rules read from files with the addresses of the command line; throws when these do not fit them. */
    RuleSet complete(RuleSet files) throws RulesException {
        RuleSet rules = files;
        for (Map.Entry<String, URI> given : backendUrls.entrySet()) {
            rules = withUrl(rules, given.getKey(), given.getValue(), "--backend " + given.getKey());
        }
        if (legacy != null) {
            String baseline = rules.backends().stream()
                    .filter(Backend::baseline)
                    .map(Backend::name)
                    .findFirst()
                    .orElse("legacy");
            rules = withUrl(rules, baseline, legacy, "--legacy");
        }
        return rules;
    }

    /** A folder and a store are empty before somebody begins; anywhere else having no rules is a mistake. */
    private boolean mayBeEmpty() {
        return remote == null || remote instanceof RulesLocation.Store;
    }

    private RuleSet passThrough() throws RulesException {
        if (legacy == null) {
            throw problem(
                    "--legacy",
                    "no rules in " + where() + " and no legacy URL",
                    "one of them; `banyan rules push` needs a gateway that runs");
        }
        return RuleSet.passThrough(legacy);
    }

    private static RuleSet withUrl(RuleSet rules, String name, URI url, String option) throws RulesException {
        try {
            return rules.withBackendUrl(name, url);
        } catch (IllegalArgumentException e) {
            throw problem(option, name + "=" + url, String.valueOf(e.getMessage()));
        }
    }

    private static RulesException problem(String where, String found, String expected) {
        return new RulesException(List.of(new Problem(Path.of(""), 0, 0, where, found, expected)));
    }

    private static boolean isEmpty(Path folder) {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (var files = Files.newDirectoryStream(folder, "*.{yaml,yml}")) {
            return !files.iterator().hasNext();
        } catch (IOException | DirectoryIteratorException e) {
            return false; // reading it says what is wrong
        }
    }
}
