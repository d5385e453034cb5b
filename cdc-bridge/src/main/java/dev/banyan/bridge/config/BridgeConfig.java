package dev.banyan.bridge.config;

import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.lake.LakePlace;
import dev.banyan.bridge.source.Identity;
import dev.banyan.bridge.source.Source;
import dev.banyan.bridge.source.UrlParameters;
import dev.banyan.bridge.yaml.Problems;
import dev.banyan.bridge.yaml.Section;
import dev.banyan.bridge.yaml.Yaml;
import dev.banyan.bridge.yaml.YamlFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What one bridge is told: where it reads, what it remembers and where, whom it tells. Paths are relative to the file. */
public record BridgeConfig(
        String name,
        SourceConfig source,
        StoreConfig store,
        HubConfig hub,
        Path mapping,
        @Nullable Path hashKeyFile,
        @Nullable Path faultKeyFile,
        @Nullable KeySource encryptKeys,
        @Nullable KeySource deterministicKeys,
        StatusConfig status,
        Limits limits,
        @Nullable LakeConfig lake,
        @Nullable SpoolConfig spool,
        boolean backfillOnFirstStart,
        int heartbeatMillis) {

    /** Where a keyset comes from: a file, or an environment variable that holds its text. */
    public sealed interface KeySource {

        record InFile(Path file) implements KeySource {}

        record InEnvironment(String variable) implements KeySource {}
    }

    /** The bridge's own database. */
    public record StoreConfig(String jdbcUrl, String user, String password) {}

    /** The event lake: where it is, when a segment of it is sealed, and what consumers put before the path of a file in it. */
    public record LakeConfig(LakePlace place, int segmentMegabytes, int segmentMinutes, String uri) {}

    /** Where transactions wait for a hub that does not take them; when they begin to, and how many bytes may. */
    public record SpoolConfig(Path folder, int megabytes, int afterSeconds, int logPercent) {}

    /** What bounds memory. */
    public record Limits(int transactionRows, int transactionMegabytes, int queueMegabytes, int hubTransactionRows) {}

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,50}");

    /** Reads {@code file}; everything wrong with it is in the exception. */
    public static BridgeConfig read(Path file) throws ConfigException {
        var problems = new Problems(file);
        var yaml = YamlFile.read(file, problems);
        if (yaml.isEmpty()) {
            throw new ConfigException(problems.inOrder());
        }
        var config = new Reader(file, problems).read(yaml.get());
        if (!problems.isEmpty()) {
            throw new ConfigException(problems.inOrder());
        }
        return config;
    }

    private static final class Reader {

        private final Path folder;
        private final Problems problems;

        Reader(Path file, Problems problems) {
            var parent = file.toAbsolutePath().getParent();
            this.folder = parent == null ? Path.of("") : parent;
            this.problems = problems;
        }

        BridgeConfig read(Yaml yaml) {
            var root = Section.of(yaml, "bridge", problems);
            var name = name(root, "name", "a short name, which the slot and the publication are called after", null);
            var keys = root.section("keys");
            var config = new BridgeConfig(
                    name,
                    source(required(root, "source"), name),
                    store(required(root, "store")),
                    HubReader.read(required(root, "hub"), name, problems),
                    path(root, "mapping").orElse(folder),
                    path(root, "hashKeyFile").orElse(null),
                    path(root, "faultKeyFile").orElse(null),
                    keys.map(section -> keySource(section, "encrypt")).orElse(null),
                    keys.map(section -> keySource(section, "deterministic")).orElse(null),
                    StatusConfig.read(root.section("status")),
                    limits(root),
                    lake(root),
                    spool(root),
                    backfill(root),
                    root.integer("heartbeatMillis", 200, 60_000, 1_000));
            keys.ifPresent(Section::end);
            root.end();
            return config;
        }

        private @Nullable KeySource keySource(Section keys, String key) {
            var section = keys.section(key);
            if (section.isEmpty()) {
                return null;
            }
            var file = section.get().text("file");
            var env = section.get().text("env");
            section.get().end();
            if (file.isPresent() == env.isPresent()) {
                problems.add(section.get().at(), section.get().where(), "both or neither", "file: PATH or env: NAME");
                return null;
            }
            return file.<KeySource>map(path -> new KeySource.InFile(folder.resolve(path)))
                    .orElseGet(() -> new KeySource.InEnvironment(env.orElse("")));
        }

        private Section required(Section parent, String key) {
            var value = parent.require(key, "a mapping of keys to values");
            return value.map(yaml -> Section.of(yaml, parent.where() + "." + key, problems))
                    .orElseGet(() -> Section.of(
                            new Yaml.Keys(parent.at(), List.of()), parent.where() + "." + key, new Problems(folder)));
        }

        private String name(Section section, String key, String expected, @Nullable String otherwise) {
            var text = otherwise == null
                    ? section.requiredText(key, expected)
                    : section.text(key).orElse(otherwise);
            if (!text.isEmpty() && !NAME.matcher(text).matches()) {
                problems.add(
                        section.at(key),
                        section.where() + "." + key,
                        "'" + text + "'",
                        "small letters, digits and _, beginning with a letter, at most 51");
            }
            return text;
        }

        private SourceConfig source(Section section, String name) {
            var url = section.requiredText("jdbcUrl", Source.URL_EXPECTED);
            if (!url.isEmpty() && !Source.isUsable(url)) {
                problems.add(
                        section.at("jdbcUrl"), "source.jdbcUrl", "'" + Source.shown(url) + "'", Source.URL_EXPECTED);
            }
            UrlParameters.problem(url)
                    .ifPresent(problem ->
                            problems.add(section.at("jdbcUrl"), "source.jdbcUrl", problem.found(), problem.expected()));
            var config = new SourceConfig(
                    url,
                    section.requiredText("user", "the role the bridge reads as"),
                    password(section),
                    name(section, "slot", "", "banyan_" + name),
                    name(section, "publication", "", "banyan_" + name),
                    section.word("identity", List.of("full", "keys"), "full").equals("keys")
                            ? Identity.KEYS
                            : Identity.FULL,
                    section.integer("serverId", 1, Integer.MAX_VALUE, (int) Source.serverIdOf("banyan_" + name)),
                    section.word("zeroDates", List.of("refuse", "asNull"), "refuse")
                            .equals("asNull"),
                    flag(section, "manage", false));
            var foreign = Source.dbms(url) == Dbms.MARIADB
                    ? List.of("slot", "publication", "identity")
                    : List.of("serverId", "zeroDates");
            for (var key : foreign) {
                if (section.has(key)) {
                    problems.add(
                            section.at(key),
                            "source." + key,
                            "set",
                            "nothing; " + Source.dbms(url).title() + " has no such thing");
                }
            }
            section.end();
            return config;
        }

        private StoreConfig store(Section section) {
            var url = section.requiredText("jdbcUrl", "jdbc:h2:file:PATH or jdbc:postgresql://HOST:PORT/DATABASE");
            if (!url.isEmpty() && !url.startsWith("jdbc:h2:") && !url.startsWith("jdbc:postgresql:")) {
                problems.add(
                        section.at("jdbcUrl"),
                        "store.jdbcUrl",
                        "'" + Source.shown(url) + "'",
                        "jdbc:h2:... or jdbc:postgresql:...");
            }
            var config = new StoreConfig(inFolder(url), section.text("user").orElse(""), password(section));
            section.end();
            return config;
        }

        /** {@code jdbc:h2:file:./x} means beside the configuration file, wherever the bridge is started from. */
        private String inFolder(String url) {
            var prefix = "jdbc:h2:file:./";
            return url.startsWith(prefix) ? "jdbc:h2:file:" + folder.resolve(url.substring(prefix.length())) : url;
        }

        private Limits limits(Section root) {
            var section = root.section("limits")
                    .orElseGet(() -> Section.of(new Yaml.Keys(root.at(), List.of()), "limits", problems));
            var limits = new Limits(
                    section.integer("transactionRows", 1, 100_000_000, 5_000_000),
                    section.integer("transactionMegabytes", 1, 100_000, 4_096),
                    section.integer("queueMegabytes", 1, 10_000, 64),
                    section.integer("hubTransactionRows", 1, 1_000_000, 5_000));
            section.end();
            return limits;
        }

        private @Nullable LakeConfig lake(Section root) {
            return root.section("lake")
                    .map(section -> {
                        var at = lakePlace(section);
                        var lake = new LakeConfig(
                                at,
                                section.integer("segmentMegabytes", 1, 10_000, 64),
                                section.integer("segmentMinutes", 1, 10_080, 15),
                                section.text("uri").orElse(at.uri()));
                        section.end();
                        return lake;
                    })
                    .orElse(null);
        }

        private LakePlace lakePlace(Section section) {
            var s3 = section.text("s3");
            var path = section.text("folder");
            var region = section.text("region").orElse(null);
            var endpoint = HubReader.endpoint(section, problems);
            if (s3.isPresent() == path.isPresent()) {
                problems.add(section.at("s3"), "lake", "both or neither", "folder: PATH or s3: s3://BUCKET/PREFIX");
            } else if (s3.isPresent()) {
                try {
                    return LakePlace.bucket(s3.get(), region, endpoint);
                } catch (IllegalArgumentException e) {
                    problems.add(section.at("s3"), "lake.s3", "'" + s3.get() + "'", "s3://BUCKET/PREFIX");
                }
            } else if (region != null || endpoint != null) {
                problems.add(section.at("folder"), "lake", "a folder with region or endpoint", "those with s3 alone");
            }
            return new LakePlace.Folder(folder.resolve(path.orElse("")));
        }

        private @Nullable SpoolConfig spool(Section root) {
            return root.section("spool")
                    .map(section -> {
                        var spool = new SpoolConfig(
                                folder.resolve(section.requiredText("folder", "a folder for the spool")),
                                section.integer("megabytes", 1, 10_000_000, 10_240),
                                section.integer("afterSeconds", 1, 86_400, 5),
                                section.integer("logPercent", 1, 100, 50));
                        section.end();
                        return spool;
                    })
                    .orElse(null);
        }

        private boolean backfill(Section root) {
            var section = root.section("backfill");
            if (section.isEmpty()) {
                return true;
            }
            var flag = flag(section.get(), "onFirstStart", true);
            section.get().end();
            return flag;
        }

        private boolean flag(Section section, String key, boolean otherwise) {
            var yaml = section.find(key);
            if (yaml.isEmpty()) {
                return otherwise;
            }
            var flag = yaml.get() instanceof Yaml.Scalar scalar ? scalar.asBoolean() : null;
            if (flag == null) {
                problems.add(
                        yaml.get().at(), section.where() + "." + key, yaml.get().kind(), "true or false");
                return otherwise;
            }
            return flag;
        }

        private Optional<Path> path(Section section, String key) {
            var text = key.equals("mapping")
                    ? Optional.of(section.requiredText(key, "the path of a mapping file"))
                    : section.text(key);
            return text.filter(path -> !path.isEmpty()).map(folder::resolve);
        }

        private String password(Section section) {
            var text = section.text("password");
            var file = section.text("passwordFile");
            if (text.isPresent() && file.isPresent()) {
                problems.add(
                        section.at("passwordFile"),
                        section.where() + ".passwordFile",
                        "beside password",
                        "one of the two");
            }
            if (file.isEmpty()) {
                return text.orElse("");
            }
            try {
                return Files.readString(folder.resolve(file.get())).strip();
            } catch (IOException e) {
                problems.add(
                        section.at("passwordFile"),
                        section.where() + ".passwordFile",
                        "cannot be read: " + e,
                        "a readable file");
                return "";
            }
        }
    }
}
