package dev.banyan.bridge.mapping;

import dev.banyan.bridge.yaml.Place;
import dev.banyan.bridge.yaml.Problems;
import dev.banyan.bridge.yaml.Section;
import dev.banyan.bridge.yaml.Words;
import dev.banyan.bridge.yaml.Yaml;
import dev.banyan.bridge.yaml.YamlFile;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads and checks a mapping file. The language is described in {@code docs/reference/mapping.md}. */
public final class MappingFile {

    /** The version of the language, which each file names. */
    static final int LANGUAGE = 1;

    static final String EVENT_NAME = "[A-Za-z][A-Za-z0-9]{0,99}";

    /** With an event's name in it, and what else is in the name of a file of the lake or of a contract, that name has at most 255 characters. */
    private static final int TYPE_CHARACTERS_MAX = 140;

    /** How many levels of lists an aggregate may have. */
    public static final int LEVELS_MAX = 4;

    private MappingFile() {}

    /** The mapping in {@code file}, whose expressions {@code conditions} understands. Reports everything that is wrong with it at once. */
    public static Mapping read(Path file, Conditions conditions) throws MappingException {
        var problems = new Problems(file);
        return checked(file, YamlFile.read(file, problems), conditions, problems);
    }

    /** The mapping in {@code file} for one who cannot evaluate expressions: it must have none. */
    public static Mapping read(Path file) throws MappingException {
        var problems = new Problems(file);
        return checked(file, YamlFile.read(file, problems), null, problems);
    }

    /** The same of {@code text}; problems call it {@code name}. */
    public static Mapping parse(Path name, String text) throws MappingException {
        var problems = new Problems(name);
        return checked(name, YamlFile.parse(text, problems), null, problems);
    }

    private static Mapping checked(Path file, Optional<Yaml> yaml, @Nullable Conditions conditions, Problems problems)
            throws MappingException {
        var mapping = yaml.map(found -> mapping(file, found, conditions, problems));
        if (mapping.isEmpty() || !problems.isEmpty()) {
            throw new MappingException(problems.inOrder());
        }
        return mapping.get();
    }

    private static Mapping mapping(Path file, Yaml yaml, @Nullable Conditions conditions, Problems problems) {
        var top = Section.of(yaml, "mapping", problems);
        top.require("version", "version: " + LANGUAGE);
        top.integer("version", LANGUAGE, LANGUAGE, LANGUAGE);
        var defaults = new Defaults(
                top.text("schema").orElse("public"),
                zone(top, "timeZone", problems).orElse(null),
                contracts(top, problems),
                codes(top, problems));
        var aggregates = new ArrayList<Aggregate>();
        top.require("aggregates", "at least one aggregate");
        top.section("aggregates").ifPresent(section -> {
            for (var entry : section.entries()) {
                aggregates.add(new AggregateReader(entry, defaults, conditions, problems).read());
            }
        });
        var transactions = top.find("transactions")
                .map(found -> new TransactionRuleReader(aggregates, defaults, conditions, problems).read(found))
                .orElse(List.of());
        top.find("tests"); // read by those who run them
        top.end();
        if (aggregates.isEmpty()) {
            problems.add(top.at("aggregates"), "mapping.aggregates", "none", "at least one aggregate");
        }
        Agreement.check(aggregates, problems);
        return new Mapping(file, defaults.contracts(), aggregates, transactions);
    }

    private static String contracts(Section top, Problems problems) {
        var base = top.text("contracts").orElse(Mapping.UNPUBLISHED);
        try {
            if (new URI(base).isAbsolute() && (base.endsWith("/") || base.endsWith(":"))) {
                return base;
            }
        } catch (URISyntaxException e) {
            // Reported below.
        }
        problems.add(
                top.at("contracts"),
                "mapping.contracts",
                "'" + base + "'",
                "a URI that ends in '/' or ':', such as https://schemas.example.com/shop/");
        return Mapping.UNPUBLISHED;
    }

    /** What the top of the file settles for all aggregates. */
    record Defaults(String schema, @Nullable ZoneId zone, String contracts, Map<String, CodeTable> codes) {}

    /** The time zone under {@code key}, by its name in the IANA database. */
    static Optional<ZoneId> zone(Section section, String key, Problems problems) {
        return section.text(key).flatMap(name -> {
            try {
                if (name.contains("/") || name.equals("UTC")) {
                    return Optional.of(ZoneId.of(name));
                }
            } catch (DateTimeException e) {
                // Reported below, with the names that are near.
            }
            var near = ZoneId.getAvailableZoneIds().stream()
                    .filter(id -> id.contains("/"))
                    .sorted()
                    .toList();
            problems.add(section.at(key), section.where() + "." + key, "'" + name + "'", zoneHint(name, near));
            return Optional.empty();
        });
    }

    private static String zoneHint(String name, List<String> known) {
        return Words.nearest(name, known)
                .map(near -> "did you mean '" + near + "'? ")
                .orElse("")
                .concat("a time zone such as Europe/Berlin, or UTC; an offset knows no summer time");
    }

    private static Map<String, CodeTable> codes(Section top, Problems problems) {
        var codes = new LinkedHashMap<String, CodeTable>();
        top.section("codes").ifPresent(section -> {
            for (var entry : section.entries()) {
                codes.put(entry.key(), codeTable(entry.key(), entry.value(), "codes." + entry.key(), problems));
            }
        });
        return codes;
    }

    /** Codes with their words; {@code name} is how messages call the table. */
    static CodeTable codeTable(String name, Yaml yaml, String where, Problems problems) {
        var section = Section.of(yaml, where, problems);
        var wordByCode = new LinkedHashMap<String, String>();
        for (var entry : section.entries()) {
            var code = FieldType.unpadded(entry.key());
            var word = section.text(entry.key());
            if (word.isPresent() && wordByCode.putIfAbsent(code, word.get()) != null) {
                problems.add(
                        entry.at(),
                        where,
                        "'" + entry.key() + "', a second time but for blanks at the end",
                        "each code once");
            }
        }
        if (section.entries().isEmpty()) {
            problems.add(section.at(), where, "no codes", "codes with their words, such as {N: new, P: paid}");
        }
        return new CodeTable(name, wordByCode);
    }

    static void checkTopic(String topic, Place at, String where, Problems problems) {
        checkName(
                topic,
                "[A-Za-z0-9._-]{1,249}",
                "letters, digits, '.', '_' and '-', at most 249",
                at,
                where + ".topic",
                problems);
    }

    static void checkType(String type, Place at, String where, Problems problems) {
        if (!type.isEmpty()
                && (!type.contains("{event}")
                        || type.length() > TYPE_CHARACTERS_MAX
                        || !type.replaceFirst("\\{event}", "").matches("[A-Za-z0-9._-]*"))) {
            problems.add(
                    at,
                    where + ".type",
                    "'" + type + "'",
                    "at most 140 letters, digits, '.', '_', '-' and one {event}, such as shop.catalog.{event}.v1");
        }
    }

    /** Notes that {@code text} is not a name of the kind {@code pattern} describes. */
    static void checkName(String text, String pattern, String expected, Place at, String where, Problems problems) {
        if (!text.isEmpty() && !text.matches(pattern)) {
            problems.add(at, where, "'" + text + "'", expected);
        }
    }
}
