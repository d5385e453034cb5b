package dev.banyan.bridge.scaffold;

import dev.banyan.bridge.scaffold.LegacySchema.Column;
import dev.banyan.bridge.scaffold.LegacySchema.Table;
import dev.banyan.bridge.scaffold.LegacySchema.Values;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;

/** What the columns of one table probably mean, as lines of a mapping. */
final class TableGuess {

    /** A field's name, its value as YAML, and what a person should look at; empty when nothing. */
    record Line(String name, String value, String remark) {}

    private static final Set<String> KEY_TYPES =
            Set.of("int2", "int4", "int8", "bpchar", "varchar", "text", "uuid", "date");
    private static final Set<String> TEXTS = Set.of("varchar", "text", "citext", "uuid", "json", "jsonb", "xml");
    private static final int LONG_DIGITS_MAX = 18;
    private static final int NUMERIC_DIGITS_MAX = 1_000;

    private static final List<List<String>> FLAGS = List.of(
            List.of("Y", "N"),
            List.of("J", "N"),
            List.of("T", "F"),
            List.of("1", "0"),
            List.of("y", "n"),
            List.of("j", "n"));

    private final LegacySchema schema;
    private final Table table;
    private final boolean isOfPersons;
    private final Optional<Column> currency;
    private final Set<String> codeNames;
    private final Set<String> names = new HashSet<>();

    final List<Line> lines = new ArrayList<>();
    final List<String> drop = new ArrayList<>();
    final SequencedSet<String> notNull = new LinkedHashSet<>();
    final List<String> leftOut = new ArrayList<>();
    final Map<String, Values> codes = new LinkedHashMap<>();
    final Map<String, String> fieldByColumn = new LinkedHashMap<>();
    Optional<String> removedFlag = Optional.empty();
    Optional<String> codeField = Optional.empty();
    boolean isHashing;
    boolean isLocalTime;

    private TableGuess(LegacySchema schema, Table table, Set<String> codeNames) {
        this.schema = schema;
        this.table = table;
        this.codeNames = codeNames;
        isOfPersons = table.columns().stream().anyMatch(column -> !isFlag(column) && Names.isPersonal(column.name()));
        var currencies = table.columns().stream()
                .filter(column -> Names.isCurrency(column.name())
                        && isText(column)
                        && !table.key().contains(column.name()))
                .toList();
        currency = currencies.size() == 1 ? Optional.of(currencies.getFirst()) : Optional.empty();
    }

    /** The guess for a table that is an aggregate's root. Names of its code tables are added to {@code codeNames}, and none of those is taken twice. */
    static TableGuess ofRoot(LegacySchema schema, Table table, Set<String> codeNames) {
        var guess = new TableGuess(schema, table, codeNames);
        table.key().forEach(column -> guess.key(table.column(column)));
        guess.others(table.key());
        return guess;
    }

    /** The same for a table whose rows belong to the aggregate that {@code parent} columns name. */
    static TableGuess ofChild(LegacySchema schema, Table table, List<String> parent, Set<String> codeNames) {
        var guess = new TableGuess(schema, table, codeNames);
        guess.others(parent);
        return guess;
    }

    /** Why {@code table} cannot be the root of an aggregate, or nothing. */
    static Optional<String> refusal(Table table) {
        for (var name : table.key()) {
            var column = table.column(name);
            if (!KEY_TYPES.contains(column.type()) && !isWholeNumber(column)) {
                return Optional.of("its key column " + name + " has the type " + column.type());
            }
            if (Names.isSecret(name) || Names.isPersonal(name)) {
                return Optional.of("its key column " + name + " looks personal or secret, and a key is in clear");
            }
        }
        return Optional.empty();
    }

    private void key(Column column) {
        add(column, plain(column), plainRemark(column));
    }

    private void others(List<String> done) {
        for (var column : table.columns()) {
            if (!done.contains(column.name())) {
                other(column);
            }
        }
    }

    private void other(Column column) {
        var isKey = table.key().contains(column.name());
        if (column.isGenerated()) {
            leftOut.add(column.name() + ": generated, so not in the log");
        } else if (isKept(column)) {
            if (isKey) {
                leftOut.add(column.name() + ": looks personal or secret; it is in the key, so the bridge remembers it");
            } else if (Names.isEmail(column.name()) && isText(column) && !Names.isSecret(column.name())) {
                isHashing = true;
                add(column, "{column: %s, as: hash}", "looks personal: equal values stay equal, nobody reads them");
            } else {
                drop.add(column.name());
            }
        } else if (currency.isPresent() && currency.get().equals(column) && hasMoney()) {
            // It is a part of the amounts.
            neverNull(column);
        } else {
            typed(column);
        }
    }

    /** True for a column that should not leave as it is. */
    private boolean isKept(Column column) {
        var name = column.name();
        if (Names.isSecret(name)) {
            return true;
        }
        if (isFlag(column) || table.isReference(column)) {
            return false;
        }
        return Names.isPersonal(name)
                || (isText(column) && Names.isFreeText(name))
                || (isOfPersons && isText(column) && Names.isPersonalBesideOthers(name));
    }

    private void typed(Column column) {
        var type = column.type();
        if (isFlag(column)) {
            flag(column);
        } else if (isCode(column)) {
            code(column);
        } else if (type.equals("timestamp")) {
            isLocalTime = true;
            add(column, "{column: %s, as: localTimestamp}", "local time: its clock is timeZone's, above");
        } else if (type.equals("timestamptz")) {
            add(column, "{column: %s, as: timestamp}", "an instant, told in UTC");
        } else if (column.isInteger() && Names.isCents(column.name())) {
            add(column, "{column: %s, as: cents" + currencyOf(column) + "}", "by its name: 1999 is 19.99");
        } else if (column.hasDays()) {
            add(column, "{column: %s, as: yyyymmdd}", "every number found is a day; 0 becomes null");
        } else if (column.mayHoldDays()) {
            add(column, "{column: %s, as: integer}", "a day as a number? then as: yyyymmdd");
        } else if (type.equals("numeric")
                && (!isWholeNumber(column) || !currencyOf(column).isEmpty())) {
            var scale = isScaled(column) ? ", scale: " + column.scale() : "";
            var currency = currencyOf(column);
            add(
                    column,
                    "{column: %s, as: decimal" + scale + currency + "}",
                    currency.isEmpty()
                            ? "exact, as a text; money? then it wants a currency"
                            : "money by its name, in the one currency of the row");
        } else if (type.equals("float4") || type.equals("float8")) {
            add(column, "{column: %s, as: decimal}", "binary floating point: is it exact enough?");
        } else {
            var plain = plain(column);
            if (plain.isEmpty()) {
                leftOut.add(column.name() + ": the language has no type for " + type);
            } else {
                add(column, plain, plainRemark(column));
            }
        }
    }

    /** What there is to look at in {@link #plain}: where it is another type than the column's. */
    private static String plainRemark(Column column) {
        if (isWholeNumber(column)) {
            return "a whole number by its scale of 0";
        }
        return column.type().equals("bpchar") ? "without the blanks at its end" : "";
    }

    /** The value of a field without a meaning, or empty when the language has no type for it. */
    private static String plain(Column column) {
        var type = column.type();
        if (column.isInteger() || isWholeNumber(column)) {
            return "{column: %s, as: integer}";
        }
        if (type.equals("bpchar")) {
            return "{column: %s, as: char}";
        }
        if (type.equals("date")) {
            return "{column: %s, as: date}";
        }
        return TEXTS.contains(type) ? "%s" : "";
    }

    private void flag(Column column) {
        var texts = column.values().texts();
        var words = FLAGS.stream()
                .filter(pair -> pair.containsAll(texts))
                .findFirst()
                .orElse(FLAGS.getFirst());
        var isDefault = column.type().equals("bool") || words.equals(FLAGS.getFirst());
        var value = isDefault
                ? "{column: %s, as: flag}"
                : "{column: %s, as: flag, yes: " + YamlText.quoted(words.getFirst()) + ", no: "
                        + YamlText.quoted(words.getLast()) + "}";
        var why = texts.isEmpty() ? "a flag by its name; no value was found" : "a flag by its values";
        add(column, value, column.type().equals("bool") ? "" : why);
        if (Names.isDeleted(column.name())) {
            removedFlag = Optional.of(field(column));
        }
    }

    private void code(Column column) {
        var name = unique(Names.camel(table.name() + "_" + column.name()), codeNames);
        codes.put(name, column.values());
        var unknown = column.values().isAll() ? "" : ", unknown: keep";
        var why = column.values().isAll()
                ? "a code by its few values; another one is refused"
                : "a code by its few values; another one passes as it is";
        add(column, "{column: %s, as: code, words: " + name + unknown + "}", why);
        if (!table.key().contains(column.name())) {
            codeField = codeField.or(() -> Optional.of(field(column)));
        }
    }

    private static boolean isFlag(Column column) {
        if (column.type().equals("bool")) {
            return true;
        }
        var texts = column.values().texts();
        return column.size() == 1
                && isText(column)
                && FLAGS.stream()
                        .anyMatch(pair -> pair.containsAll(texts)
                                && (texts.size() == pair.size() || Names.isFlag(column.name())));
    }

    /** A short column with few values, which does not refer to another table. */
    private boolean isCode(Column column) {
        var refers = table.isReference(column)
                || schema.tables().stream()
                        .anyMatch(other -> !other.equals(table) && other.key().equals(List.of(column.name())));
        return !column.values().texts().isEmpty() && !refers && !Names.isCurrency(column.name());
    }

    private boolean hasMoney() {
        return table.columns().stream()
                .anyMatch(column -> !column.isGenerated()
                        && !isKept(column)
                        && !currencyOf(column).isEmpty());
    }

    /** The currency of an amount, as a part of its field; empty where the table has none. */
    private String currencyOf(Column column) {
        var isAmount = (column.isInteger() && Names.isCents(column.name()))
                || (column.type().equals("numeric") && isScaled(column) && Names.isMoney(column.name()));
        return isAmount && currency.isPresent() && !table.key().contains(column.name())
                ? ", currency: {column: "
                        + escaped(YamlText.quoted(currency.get().name())) + "}"
                : "";
    }

    private static boolean isText(Column column) {
        return TEXTS.contains(column.type()) || column.type().equals("bpchar");
    }

    private static boolean isScaled(Column column) {
        return column.size() > 0 && column.size() <= NUMERIC_DIGITS_MAX && column.scale() >= 0 && column.scale() <= 30;
    }

    private static boolean isWholeNumber(Column column) {
        return column.type().equals("numeric")
                && column.scale() == 0
                && column.size() > 0
                && column.size() <= LONG_DIGITS_MAX;
    }

    private void add(Column column, String value, String remark) {
        neverNull(column);
        lines.add(new Line(field(column), value.formatted(YamlText.quoted(column.name())), remark));
    }

    private void neverNull(Column column) {
        if (column.isNeverNull() && !table.key().contains(column.name())) {
            notNull.add(column.name());
        }
    }

    private String field(Column column) {
        return fieldByColumn.computeIfAbsent(column.name(), name -> unique(Names.camel(name)));
    }

    /** {@code name}, or with a number behind it when this table has used it. */
    String unique(String name) {
        return unique(name, names);
    }

    private static String unique(String name, Set<String> used) {
        var unique = name;
        for (int i = 2; !used.add(unique); i++) {
            unique = name + i;
        }
        return unique;
    }

    private static String escaped(String text) {
        return text.replace("%", "%%");
    }
}
