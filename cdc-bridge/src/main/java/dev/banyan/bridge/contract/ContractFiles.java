package dev.banyan.bridge.contract;

import dev.banyan.bridge.mapping.Mapping;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import tools.jackson.core.JacksonException;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.core.util.Separators;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/** Contracts as files: {@code asyncapi.json}, and {@code schemas/TYPE.json} for each type. The same mapping gives the same bytes. */
public final class ContractFiles {

    private static final String DOCUMENT = "asyncapi.json";
    private static final int VERSION_DIGITS = 12;
    private static final ObjectWriter JSON = JsonMapper.shared()
            .writer()
            .with(new DefaultPrettyPrinter(
                            Separators.createDefaultInstance().withObjectNameValueSpacing(Separators.Spacing.AFTER))
                    .withObjectIndenter(new DefaultIndenter("  ", "\n"))
                    .withArrayIndenter(DefaultPrettyPrinter.FixedSpaceIndenter.instance()));

    private ContractFiles() {}

    /** The contracts of {@code mapping} as texts by path within their folder. */
    public static SortedMap<String, String> of(Mapping mapping, Mode mode) {
        var contracts = Contracts.of(mapping, mode);
        var files = new TreeMap<String, String>();
        contracts
                .byType()
                .forEach((type, contract) -> files.put(
                        schemaFile(type),
                        text(JsonSchema.of(Mapping.schemaUri(contracts.base(), type), type, contract.data()))));
        var asyncApi = new AsyncApi(contracts);
        var version = version(text(asyncApi.document("")) + String.join("", files.values()));
        files.put(DOCUMENT, text(asyncApi.document(version)));
        return files;
    }

    static String schemaFile(String type) {
        return "schemas/" + type + ".json";
    }

    private static String text(Object json) {
        return JSON.writeValueAsString(json) + "\n";
    }

    /** A name for what {@code text} says: nobody has to count versions, and no two sets have the same. */
    private static String version(String text) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, VERSION_DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256, which every Java has, is missing", e);
        }
    }

    /** Whether {@code folder} has contracts in it. */
    public static boolean areIn(Path folder) {
        return Files.exists(folder.resolve(DOCUMENT));
    }

    /** The files of {@code files} that are not, or not like this, in {@code folder}. */
    public static List<String> stale(SortedMap<String, String> files, Path folder) throws IOException {
        var stale = new ArrayList<String>();
        for (var file : files.entrySet()) {
            var path = folder.resolve(file.getKey());
            if (!Files.exists(path) || !Files.readString(path).equals(file.getValue())) {
                stale.add(file.getKey());
            }
        }
        return stale;
    }

    /** Writes {@code files} into {@code folder}. Schemas of other types stay: events in the lake name them. */
    public static void write(SortedMap<String, String> files, Path folder) throws IOException {
        Files.createDirectories(folder.resolve("schemas"));
        for (var file : files.entrySet()) {
            Files.writeString(folder.resolve(file.getKey()), file.getValue());
        }
    }

    /** The contracts in {@code folder}. An {@link IOException} names the file that is missing or was not written by this class. */
    public static Contracts read(Path folder) throws IOException {
        var document = json(folder.resolve(DOCUMENT));
        var topics = new TreeMap<String, TreeSet<String>>();
        document.path("channels").properties().forEach(channel -> channel.getValue()
                .path("messages")
                .propertyNames()
                .forEach(type -> topics.computeIfAbsent(type, _ -> new TreeSet<>())
                        .add(channel.getValue().path("address").asString(channel.getKey()))));
        var byType = new TreeMap<String, EventContract>();
        for (var message : document.path("components").path("messages").properties()) {
            var type = message.getKey();
            var subjects = new TreeSet<String>();
            message.getValue().path(AsyncApi.SUBJECTS).forEach(subject -> subjects.add(subject.asString("")));
            var data = schema(folder.resolve(schemaFile(type)));
            byType.put(type, new EventContract(type, topics.getOrDefault(type, new TreeSet<>()), subjects, data));
        }
        if (byType.isEmpty()) {
            throw new IOException(folder.resolve(DOCUMENT) + ": no messages (expected: what 'contracts --out' wrote)");
        }
        return new Contracts(
                byType,
                mode(document, folder),
                base(document, byType.firstKey(), folder),
                kept(folder, byType.keySet()));
    }

    /** The schemas in {@code folder} of other types than {@code sent}. */
    private static SortedMap<String, Shape.Forms> kept(Path folder, Set<String> sent) throws IOException {
        var kept = new TreeMap<String, Shape.Forms>();
        try (var files = Files.newDirectoryStream(folder.resolve("schemas"), "*.json")) {
            for (var file : files) {
                var name = file.getFileName().toString();
                var type = name.substring(0, name.length() - ".json".length());
                if (!sent.contains(type)) {
                    kept.put(type, schema(file));
                }
            }
        }
        return kept;
    }

    private static Mode mode(JsonNode document, Path folder) throws IOException {
        var found = document.path(AsyncApi.CONTENT_TYPE).asString("");
        for (var mode : Mode.values()) {
            if (mode.contentType.equals(found)) {
                return mode;
            }
        }
        throw new IOException(folder.resolve(DOCUMENT) + ": " + AsyncApi.CONTENT_TYPE + " '" + found
                + "' (expected: what 'contracts --out' wrote)");
    }

    /** What stands before the type in the URI of its schema; the same for all types. */
    private static String base(JsonNode document, String type, Path folder) throws IOException {
        var message = document.path("components").path("messages").path(type);
        for (var mode : Mode.values()) {
            var envelope = mode == Mode.BINARY
                    ? message.path("headers")
                    : message.path("payload").path("schema");
            var uri = envelope.path("allOf")
                    .path(1)
                    .path("properties")
                    .path(Envelope.name(mode, "dataschema"))
                    .path("const")
                    .asString("");
            var end = Mapping.schemaUri("", type);
            if (uri.endsWith(end)) {
                return uri.substring(0, uri.length() - end.length());
            }
        }
        throw new IOException(
                folder.resolve(DOCUMENT) + ": no dataschema of " + type + " (expected: what 'contracts --out' wrote)");
    }

    private static Shape.Forms schema(Path file) throws IOException {
        try {
            return JsonSchema.read(json(file));
        } catch (JsonSchema.Unreadable e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    private static JsonNode json(Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new IOException(file + ": not there (expected: what 'contracts --out' wrote)");
        }
        try {
            return JsonMapper.shared().readTree(Files.readString(file));
        } catch (JacksonException e) {
            throw new IOException(file + ": no JSON: " + e.getOriginalMessage(), e);
        }
    }
}
