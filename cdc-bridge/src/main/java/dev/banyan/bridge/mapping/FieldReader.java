package dev.banyan.bridge.mapping;

import dev.banyan.bridge.mapping.Field.Currency;
import dev.banyan.bridge.mapping.FieldType.Gap;
import dev.banyan.bridge.mapping.FieldType.Overlap;
import dev.banyan.bridge.yaml.Problems;
import dev.banyan.bridge.yaml.Section;
import dev.banyan.bridge.yaml.Words;
import dev.banyan.bridge.yaml.Yaml;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads one field: {@code sku: prd_no}, or {@code status: {column: sts_cd, as: code, words: orderStatus}}. */
final class FieldReader {

    /** The words of {@code as}, in the order the documentation has them. */
    static final List<String> TYPES = List.of(
            "string",
            "char",
            "integer",
            "decimal",
            "cents",
            "flag",
            "code",
            "localTimestamp",
            "timestamp",
            "date",
            "yyyymmdd",
            "hash",
            "mask",
            "encrypt",
            "token");

    private static final List<String> UNKNOWN = List.of("refuse", "asNull", "keep");

    private final Yaml.Entry entry;
    private final String where;
    private final List<String> notNull;
    private final MappingFile.Defaults defaults;
    private final Problems problems;

    /** A reader of {@code entry} in a table whose columns {@code notNull} are never NULL. */
    FieldReader(
            Yaml.Entry entry, String where, List<String> notNull, MappingFile.Defaults defaults, Problems problems) {
        this.entry = entry;
        this.where = where;
        this.notNull = notNull;
        this.defaults = defaults;
        this.problems = problems;
    }

    Field read() {
        MappingFile.checkName(
                entry.key(),
                AggregateReader.FIELD_NAME,
                AggregateReader.FIELD_NAME_EXPECTED,
                entry.at(),
                where,
                problems);
        if (entry.value() instanceof Yaml.Scalar scalar && !scalar.isNull()) {
            return plain(scalar.text(), new FieldType.Text(false), null, null, new Unknown.Refuse());
        }
        var section = Section.of(entry.value(), where, problems);
        if (section.has("always")) {
            return always(section);
        }
        var column = section.requiredText("column", "column: where the field comes from");
        var as = section.word("as", TYPES, "string");
        var type = type(as, section);
        var currency = as.equals("decimal") || as.equals("cents") ? currency(section) : null;
        var ifNull = section.find("ifNull").map(yaml -> ifNull(yaml, type)).orElse(null);
        if (ifNull != null && notNull.contains(column)) {
            problems.add(section.at("ifNull"), where + ".ifNull", "for a column that is notNull", "one of the two");
        }
        var unknown = unknown(section, type);
        section.end();
        return plain(column, type, currency, ifNull, unknown);
    }

    private Field plain(
            String column, FieldType type, @Nullable Currency currency, @Nullable Object ifNull, Unknown unknown) {
        var columns = new HashSet<>(List.of(column));
        if (currency instanceof Currency.Column(var name)) {
            columns.add(name);
        }
        columns.retainAll(notNull);
        return new Field(entry.key(), column, type, currency, ifNull, unknown, columns, entry.at());
    }

    private Field always(Section section) {
        var value = section.find("always").map(this::constant).orElse("");
        section.end();
        var type = new FieldType.Always(value);
        return new Field(entry.key(), null, type, null, null, new Unknown.Refuse(), Set.of(), entry.at());
    }

    private Object constant(Yaml yaml) {
        if (yaml instanceof Yaml.Scalar scalar && !scalar.isNull()) {
            var bool = scalar.asBoolean();
            var number = scalar.asInteger();
            return bool != null ? bool : number != null ? number : scalar.text();
        }
        problems.add(yaml.at(), where, yaml.kind(), "a text, an integer, true or false");
        return "";
    }

    private FieldType type(String as, Section section) {
        return switch (as) {
            case "char" -> new FieldType.Text(true);
            case "integer" -> new FieldType.Whole();
            case "decimal" -> new FieldType.Decimal(section.integer("scale", 0, 30, FieldType.Decimal.AS_STORED));
            case "cents" -> new FieldType.Cents(section.integer("digits", 0, 9, 2));
            case "flag" -> flag(section);
            case "code" -> code(section);
            case "localTimestamp" -> localTimestamp(section);
            case "timestamp" -> new FieldType.Timestamp();
            case "date" -> new FieldType.Date();
            case "yyyymmdd" -> new FieldType.DayNumber();
            case "hash" -> new FieldType.Hash();
            case "mask" -> new FieldType.Mask(section.integer("keep", 0, 16, 0));
            case "encrypt" ->
                new FieldType.Encrypted(section.word("mode", List.of("random", "deterministic"), "random")
                        .equals("deterministic"));
            case "token" -> new FieldType.Tokenised(vault(section));
            default -> new FieldType.Text(false);
        };
    }

    private @Nullable String vault(Section section) {
        var vault = section.text("vault");
        vault.ifPresent(name -> MappingFile.checkName(
                name,
                AggregateReader.FIELD_NAME,
                AggregateReader.FIELD_NAME_EXPECTED,
                section.at("vault"),
                where + ".vault",
                problems));
        return vault.orElse(null);
    }

    private FieldType flag(Section section) {
        var yes = flagTexts(section, "yes", "Y");
        var no = flagTexts(section, "no", "N");
        for (var text : yes) {
            if (no.contains(text)) {
                problems.add(section.at("no"), where, "'" + text + "' in yes and in no", "each text in one of them");
            }
        }
        return new FieldType.Flag(yes, no);
    }

    private Set<String> flagTexts(Section section, String key, String otherwise) {
        section.requireAny(key, "no texts", "at least one text");
        var texts = section.texts(key).stream()
                .map(scalar -> FieldType.unpadded(scalar.text()))
                .collect(Collectors.toSet());
        return texts.isEmpty() ? Set.of(otherwise) : texts;
    }

    private FieldType code(Section section) {
        var words = section.require("words", "words: a name under 'codes', or the words themselves");
        if (words.isEmpty()) {
            return new FieldType.Text(true);
        }
        if (!(words.get() instanceof Yaml.Scalar name)) {
            return new FieldType.Code(MappingFile.codeTable(entry.key(), words.get(), where + ".words", problems));
        }
        var table = defaults.codes().get(name.text());
        if (table == null) {
            problems.add(
                    name.at(),
                    where + ".words",
                    "'" + name.text() + "'",
                    defaults.codes().isEmpty()
                            ? "a name under 'codes', which has none"
                            : Words.expected(name.text(), defaults.codes().keySet()));
            return new FieldType.Text(true);
        }
        return new FieldType.Code(table);
    }

    private FieldType localTimestamp(Section section) {
        var zone = MappingFile.zone(section, "zone", problems).or(() -> java.util.Optional.ofNullable(defaults.zone()));
        if (zone.isEmpty() && !section.has("zone")) {
            problems.add(
                    entry.at(),
                    where,
                    "no time zone",
                    "zone: here, or timeZone: at the top, such as Europe/Berlin: the column does not say what its clock shows");
        }
        var gap = section.word("gap", List.of("forward", "refuse"), "forward");
        var overlap = section.word("overlap", List.of("earlier", "later", "refuse"), "earlier");
        return new FieldType.LocalTimestamp(
                zone.orElse((ZoneId) ZoneOffset.UTC),
                Gap.valueOf(gap.toUpperCase(Locale.ROOT)),
                Overlap.valueOf(overlap.toUpperCase(Locale.ROOT)));
    }

    private @Nullable Currency currency(Section section) {
        return section.section("currency")
                .<Currency>map(currency -> {
                    var column = currency.text("column");
                    var always = currency.text("always");
                    currency.end();
                    if (column.isPresent() == always.isPresent()) {
                        problems.add(
                                currency.at(),
                                currency.where(),
                                "both or neither",
                                "column: ... or always: ..., one of them");
                    }
                    return always.<Currency>map(Currency.Always::new)
                            .orElseGet(() -> new Currency.Column(column.orElse("")));
                })
                .orElse(null);
    }

    private @Nullable Object ifNull(Yaml yaml, FieldType type) {
        var scalar = yaml instanceof Yaml.Scalar found && !found.isNull() ? found : null;
        var value = scalar == null ? null : value(scalar, type);
        if (value == null) {
            problems.add(yaml.at(), where + ".ifNull", yaml.kind(), expectedValue(type));
        }
        return value;
    }

    /** {@code scalar} as a value that a field of {@code type} can have, or null. */
    static @Nullable Object value(Yaml.Scalar scalar, FieldType type) {
        return switch (type) {
            case FieldType.Whole() -> scalar.asInteger();
            case FieldType.Flag _ -> scalar.asBoolean();
            default -> scalar.text();
        };
    }

    /** What {@link #value} takes, for a message. */
    static String expectedValue(FieldType type) {
        return switch (type) {
            case FieldType.Whole() -> "an integer";
            case FieldType.Flag _ -> "true or false";
            default -> "a text";
        };
    }

    private Unknown unknown(Section section, FieldType type) {
        var yaml = section.find("unknown");
        if (yaml.isEmpty()) {
            return new Unknown.Refuse();
        }
        var isCode = type instanceof FieldType.Code;
        if (yaml.get() instanceof Yaml.Keys && isCode) {
            var use = Section.of(yaml.get(), where + ".unknown", problems);
            var word = use.requiredText("use", "use: the word for all other codes");
            use.end();
            return new Unknown.Use(word);
        }
        return switch (section.word("unknown", isCode ? UNKNOWN : List.of("refuse", "asNull"), "refuse")) {
            case "keep" -> new Unknown.Keep();
            case "asNull" -> new Unknown.Null();
            default -> new Unknown.Refuse();
        };
    }
}
