package dev.banyan.connect;

import dev.banyan.bridge.mapping.Mapping;
import dev.banyan.bridge.mapping.MappingException;
import dev.banyan.bridge.mapping.MappingFile;
import dev.banyan.bridge.mapping.RowScope;
import dev.banyan.bridge.yaml.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.types.Password;
import org.jspecify.annotations.Nullable;

/**
 * What one transformation is told. {@code name} is what ids belong to; {@code source} is CloudEvents' {@code source}; {@code database} is the one whose rows are told, empty for
 * the first that is met.
 */
record TransformConfig(
        Mapping mapping,
        String name,
        String source,
        @Nullable Password hashKey,
        @Nullable Path hashKeyFile,
        Identity identity,
        String database,
        String unavailable) {

    /** What records have of the row before a change. */
    enum Identity {
        FULL,
        /** Its key at most: what stands in the other columns is nobody's. */
        KEYS
    }

    static final String MAPPING = "mapping";
    static final String MAPPING_TEXT = "mapping.text";
    static final String NAME = "name";
    static final String SOURCE = "event.source";
    static final String HASH_KEY = "hash.key";
    static final String HASH_KEY_FILE = "hash.key.file";
    static final String IDENTITY = "identity";
    static final String DATABASE = "database";
    static final String UNAVAILABLE = "unavailable.value.placeholder";

    private static final Path INLINE = Path.of(MAPPING_TEXT);
    private static final Pattern NAMES = Pattern.compile("[a-z][a-z0-9_]{0,50}");

    /* The mapping is checked as a value, too: a worker then refuses the connector when it is created, not when its task starts. */
    static final ConfigDef DEFINITION = new ConfigDef()
            .define(
                    MAPPING,
                    ConfigDef.Type.STRING,
                    null,
                    validator("the path of a mapping file on the worker", value -> read(Path.of(value))),
                    Importance.HIGH,
                    "Path of the mapping file on every worker. Either this or " + MAPPING_TEXT + ".")
            .define(
                    MAPPING_TEXT,
                    ConfigDef.Type.STRING,
                    null,
                    validator("a mapping", TransformConfig::parse),
                    Importance.HIGH,
                    "The mapping itself, as YAML. Either this or " + MAPPING + ".")
            .define(
                    NAME,
                    ConfigDef.Type.STRING,
                    ConfigDef.NO_DEFAULT_VALUE,
                    validator(
                            "small letters, digits and _, beginning with a letter, at most 51",
                            TransformConfig::checkName),
                    Importance.HIGH,
                    "What the ids of the events belong to. Do not change it later: events that come again would get other ids.")
            .define(
                    SOURCE,
                    ConfigDef.Type.STRING,
                    "",
                    Importance.MEDIUM,
                    "CloudEvents' source of every event; /banyan/bridge/NAME unless given.")
            .define(
                    HASH_KEY,
                    ConfigDef.Type.PASSWORD,
                    null,
                    Importance.MEDIUM,
                    "Secret of the columns the mapping hashes, 16 bytes at least as UTF-8. Kafka Connect cuts blanks and line ends around it off.")
            .define(
                    HASH_KEY_FILE,
                    ConfigDef.Type.STRING,
                    null,
                    validator("the path of a file on the worker", value -> bytes(Path.of(value))),
                    Importance.MEDIUM,
                    "Path of a file with that secret on every worker, byte for byte; the bridge's hashKeyFile. In place of "
                            + HASH_KEY + ".")
            .define(
                    IDENTITY,
                    ConfigDef.Type.STRING,
                    "full",
                    ConfigDef.ValidString.in("full", "keys"),
                    Importance.MEDIUM,
                    "What the database logs of the row before a change: full, or keys, and then of old rows no more than their key is read.")
            .define(
                    DATABASE,
                    ConfigDef.Type.STRING,
                    "",
                    Importance.MEDIUM,
                    "The database whose rows are told, of a connector that reads several. Without it a second one is refused.")
            .define(
                    UNAVAILABLE,
                    ConfigDef.Type.STRING,
                    "__debezium_unavailable_value",
                    Importance.LOW,
                    "What the connector writes for a large value that a statement did not touch; the connector has a setting of this name.");

    /** Reads {@code settings}; a {@link ConfigException} says what is wrong, of a mapping everything at once. */
    static TransformConfig of(Map<String, ?> settings) {
        var config = new AbstractConfig(DEFINITION, settings, false);
        var file = config.getString(MAPPING);
        var text = config.getString(MAPPING_TEXT);
        if ((file == null) == (text == null)) {
            throw new ConfigException(MAPPING + ", " + MAPPING_TEXT + ": " + (file == null ? "neither" : "both")
                    + " (expected: one of them)");
        }
        var name = config.getString(NAME);
        var source = config.getString(SOURCE);
        var keyFile = config.getString(HASH_KEY_FILE);
        if (keyFile != null && config.getPassword(HASH_KEY) != null) {
            throw new ConfigException(HASH_KEY + ", " + HASH_KEY_FILE + ": both (expected: one of them)");
        }
        return new TransformConfig(
                fitting(file == null ? parse(text) : read(Path.of(file)), identity(config)),
                name,
                source.isEmpty() ? "/banyan/bridge/" + name : source,
                config.getPassword(HASH_KEY),
                keyFile == null ? null : Path.of(keyFile),
                identity(config),
                config.getString(DATABASE),
                config.getString(UNAVAILABLE));
    }

    /** The secret of hashed columns, null when there is none. */
    byte @Nullable [] hashKeyBytes() {
        if (hashKeyFile != null) {
            return bytes(hashKeyFile);
        }
        return hashKey == null ? null : hashKey.value().getBytes(StandardCharsets.UTF_8);
    }

    private static Identity identity(AbstractConfig config) {
        return Identity.valueOf(config.getString(IDENTITY).toUpperCase(Locale.ROOT));
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new ConfigException(
                    HASH_KEY_FILE + ": " + file + " cannot be read (expected: a file on every worker)");
        }
    }

    private static Mapping fitting(Mapping mapping, Identity identity) {
        var problems = identity == Identity.FULL ? List.<Problem>of() : RowScope.comparisons(mapping);
        if (!problems.isEmpty()) {
            throw new ConfigException("mapping refused:\n" + new MappingException(problems).getMessage());
        }
        return mapping;
    }

    private static Mapping read(Path file) {
        try {
            return rowByRow(MappingFile.read(file));
        } catch (MappingException e) {
            throw new ConfigException("mapping refused:\n" + e.getMessage());
        }
    }

    private static Mapping parse(String text) {
        try {
            return rowByRow(MappingFile.parse(INLINE, text));
        } catch (MappingException e) {
            throw new ConfigException("mapping refused:\n" + e.getMessage());
        }
    }

    private static Mapping rowByRow(Mapping mapping) throws MappingException {
        var refusals = RowScope.refusals(mapping);
        if (!refusals.isEmpty()) {
            throw new MappingException(refusals);
        }
        return mapping;
    }

    private static void checkName(String name) {
        if (!NAMES.matcher(name).matches()) {
            throw new ConfigException(NAME + ": '" + name
                    + "' (expected: small letters, digits and _, beginning with a letter, at most 51)");
        }
    }

    private interface Check {
        @SuppressWarnings("UnusedReturnValue")
        void check(String value);
    }

    private static ConfigDef.Validator validator(String expected, Check check) {
        return ConfigDef.LambdaValidator.with(
                (_, value) -> {
                    if (value != null) {
                        check.check(value.toString());
                    }
                },
                () -> expected);
    }
}
