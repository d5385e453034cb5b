package dev.banyan.bridge.scaffold;

import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.config.BridgeConfig;
import dev.banyan.bridge.config.ConfigException;
import dev.banyan.bridge.mapping.MappingException;
import dev.banyan.bridge.mapping.MappingFile;
import dev.banyan.bridge.source.Source;
import dev.banyan.bridge.source.UrlParameters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Writes {@code bridge.yaml} and {@code mapping.yaml} for a database nobody has described yet. */
public final class Scaffold {

    private static final int KEY_BYTES = 32;
    private static final String HASH_KEY = "hash.key";
    private static final String FAULT_KEY = "fault.key";
    private static final Set<String> KEPT = Set.of(HASH_KEY, FAULT_KEY);
    private static final int NAME_CHARACTERS_MAX = 40;

    /** Where to read and where to write. {@code password} may be empty; an empty {@code schema} is PostgreSQL's public, or MariaDB's database of the URL. */
    public record Settings(
            String jdbcUrl, String user, String password, String schema, Path folder, boolean overwrites) {}

    /** What was written: the files, the number of aggregates, and why a table is not among them. */
    public record Written(List<Path> files, int aggregates, Map<String, String> refusedTables) {
        public Written {
            files = List.copyOf(files);
        }
    }

    private final Settings settings;
    private final Map<String, String> textByFile = new LinkedHashMap<>();

    private Scaffold(Settings settings) {
        this.settings = settings;
    }

    /** Reads the schema and writes the files, or nothing when one of them is there already. */
    public static Written write(Settings settings) throws ScaffoldFailed {
        if (!Source.isUsable(settings.jdbcUrl()) || settings.jdbcUrl().matches(".*[?&](user|password)=.*")) {
            throw new ScaffoldFailed("--jdbc: not usable (expected: " + Source.URL_EXPECTED
                    + "; user and password have their own options)");
        }
        var problem = UrlParameters.problem(settings.jdbcUrl());
        if (problem.isPresent()) {
            throw new ScaffoldFailed("--jdbc: " + problem.get());
        }
        return new Scaffold(settings).write();
    }

    private Written write() throws ScaffoldFailed {
        var schema = read();
        var name = Names.plain(schema.database(), NAME_CHARACTERS_MAX);
        var mapping = new MappingText(schema, name);
        if (mapping.aggregates() == 0) {
            throw new ScaffoldFailed("schema " + schema.name()
                    + ": no table that can be published (expected: one with a primary key) " + mapping.refused());
        }
        var isSecret = !settings.password().isEmpty();
        textByFile.put("mapping.yaml", mapping.toString());
        textByFile.put("bridge.yaml", configuration(name, isSecret, mapping.isHashing()));
        if (isSecret) {
            textByFile.put("source.password", settings.password() + "\n");
        }
        if (mapping.isHashing()) {
            textByFile.put(HASH_KEY, randomHex() + "\n");
        }
        textByFile.put(FAULT_KEY, randomHex() + "\n");
        var files = save();
        validate();
        return new Written(files, mapping.aggregates(), mapping.refused());
    }

    private LegacySchema read() throws ScaffoldFailed {
        var source = new Source(
                settings.jdbcUrl(), settings.user(), settings.password(), "unused", "unused", false, List.of());
        try (var connection = source.connect()) {
            return switch (source.dbms()) {
                case POSTGRESQL ->
                    SchemaReader.read(connection, settings.schema().isEmpty() ? "public" : settings.schema());
                case MARIADB ->
                    MariaDbSchemaReader.read(
                            connection,
                            settings.schema().isEmpty() ? source.database().name() : settings.schema());
            };
        } catch (SQLException e) {
            throw new ScaffoldFailed(
                    "cannot read " + settings.jdbcUrl() + " as " + settings.user() + ": " + e.getMessage(), e);
        }
    }

    private String configuration(String name, boolean hasPassword, boolean isHashing) {
        return """
                # One bridge. Check the addresses, then: banyan bridge plan --config bridge.yaml
                name: %s
                source:
                  jdbcUrl: %s
                  user: %s
                %s%s  manage: false # true: the bridge prepares the database itself, where it may; false: somebody runs the plan
                store:
                  jdbcUrl: jdbc:h2:file:./state/bridge # what the bridge remembers; it must survive restarts
                hub:
                  kafka:
                    bootstrapServers: 127.0.0.1:9092 # yours
                mapping: mapping.yaml
                %sfaultKeyFile: fault.key # what waits is encrypted with it: keep it as long as anything waits
                status:
                  port: 8089
                """.formatted(
                        name,
                        YamlText.quoted(settings.jdbcUrl()),
                        YamlText.quoted(settings.user()),
                        hasPassword ? "  passwordFile: source.password\n" : "",
                        Source.dbms(settings.jdbcUrl()) == Dbms.POSTGRESQL
                                ? "  identity: full # keys: of old rows the log needs their keys alone, and no table is altered\n"
                                : "",
                        isHashing ? "hashKeyFile: hash.key # keep it: with another key every hash is another\n" : "");
    }

    private List<Path> save() throws ScaffoldFailed {
        var files = textByFile.keySet().stream().map(settings.folder()::resolve).toList();
        var there = files.stream().filter(Files::exists).toList();
        if (!there.isEmpty() && !settings.overwrites()) {
            throw new ScaffoldFailed("already there: " + there + " (expected: another --out, or --force to overwrite)");
        }
        var saved = new ArrayList<Path>();
        try {
            Files.createDirectories(settings.folder());
            for (var file : files) {
                var name = file.getFileName().toString();
                // With another key every hash consumers hold would be another, and what waits could not be read.
                if (KEPT.contains(name) && Files.exists(file)) {
                    continue;
                }
                save(file, textByFile.getOrDefault(name, ""), !name.endsWith(".yaml"));
                saved.add(file);
            }
        } catch (IOException e) {
            throw new ScaffoldFailed("cannot write to " + settings.folder() + ": " + e, e);
        }
        return saved;
    }

    private static void save(Path file, String text, boolean isSecret) throws IOException {
        if (!isSecret) {
            Files.writeString(file, text);
            return;
        }
        Files.deleteIfExists(file);
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        Files.writeString(file, text);
    }

    private void validate() throws ScaffoldFailed {
        try {
            MappingFile.read(settings.folder().resolve("mapping.yaml"));
            BridgeConfig.read(settings.folder().resolve("bridge.yaml"));
        } catch (MappingException | ConfigException e) {
            throw new ScaffoldFailed("written, but to be mended by hand:\n" + e.getMessage(), e);
        }
    }

    private static String randomHex() {
        var bytes = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
