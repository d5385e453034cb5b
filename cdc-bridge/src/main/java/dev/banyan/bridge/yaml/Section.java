package dev.banyan.bridge.yaml;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A mapping of a file while it is being read: hands out its values by key, notes what is missing or of the wrong kind, and at the
 * {@link #end} what nobody asked for. {@code where} names it in problems.
 */
public final class Section {

    private final Yaml.Keys keys;
    private final Map<String, Yaml.Entry> entryByKey = new HashMap<>();
    private final String where;
    private final Problems problems;
    private final Set<String> asked = new TreeSet<>();
    private final Set<String> taken = new HashSet<>();

    private Section(Yaml.Keys keys, String where, Problems problems) {
        this.keys = keys;
        keys.entries().forEach(entry -> entryByKey.putIfAbsent(entry.key(), entry));
        this.where = where;
        this.problems = problems;
    }

    /** {@code yaml} as a section; when it is anything else that is a problem, and the section is empty. */
    public static Section of(Yaml yaml, String where, Problems problems) {
        if (yaml instanceof Yaml.Keys keys) {
            return new Section(keys, where, problems);
        }
        problems.add(yaml.at(), where, yaml.kind(), "a mapping of keys to values");
        return new Section(new Yaml.Keys(yaml.at(), List.of()), where, problems);
    }

    public Place at() {
        return keys.at();
    }

    public String where() {
        return where;
    }

    /** Where {@code key} stands; the start of the section when it is not there. */
    public Place at(String key) {
        return entry(key).map(entry -> entry.value().at()).orElse(keys.at());
    }

    public boolean has(String key) {
        return find(key).isPresent();
    }

    /** All entries, for a section whose keys are names that its author chose. */
    public List<Yaml.Entry> entries() {
        keys.entries().forEach(entry -> taken.add(entry.key()));
        return keys.entries();
    }

    /** The value of {@code key} that may be anything. */
    public Optional<Yaml> find(String key) {
        asked.add(key);
        taken.add(key);
        return entry(key).map(Yaml.Entry::value);
    }

    /** The value of {@code key}; when missing that is a problem. */
    public Optional<Yaml> require(String key, String expected) {
        var value = find(key);
        if (value.isEmpty()) {
            problems.add(keys.at(), where, "no '" + key + "'", expected);
        }
        return value;
    }

    /** The text of {@code key}, or nothing. */
    public Optional<String> text(String key) {
        return find(key).flatMap(yaml -> text(yaml, where + "." + key));
    }

    /** The text of {@code key}; empty text after noting that it is missing. */
    public String requiredText(String key, String expected) {
        return require(key, expected)
                .flatMap(yaml -> text(yaml, where + "." + key))
                .orElse("");
    }

    /** The integer of {@code key} within bounds, or {@code otherwise}. */
    public int integer(String key, int min, int max, int otherwise) {
        var yaml = find(key);
        if (yaml.isEmpty()) {
            return otherwise;
        }
        var number = yaml.get() instanceof Yaml.Scalar scalar ? scalar.asInteger() : null;
        if (number == null || number < min || number > max) {
            problems.add(
                    yaml.get().at(),
                    where + "." + key,
                    yaml.get().kind(),
                    min == max ? "" + min : "an integer from " + min + " to " + max);
            return otherwise;
        }
        return number.intValue();
    }

    /** The word of {@code key}, one of {@code known}, or {@code otherwise}. */
    public String word(String key, List<String> known, String otherwise) {
        var text = text(key);
        if (text.isEmpty()) {
            return otherwise;
        }
        if (!known.contains(text.get())) {
            problems.add(at(key), where + "." + key, "'" + text.get() + "'", Words.expected(text.get(), known));
            return otherwise;
        }
        return text.get();
    }

    /** The section under {@code key}, or nothing. */
    public Optional<Section> section(String key) {
        return find(key).map(yaml -> of(yaml, where + "." + key, problems));
    }

    /** The texts of the list under {@code key}; empty when it is missing. */
    public List<Yaml.Scalar> texts(String key) {
        return find(key).map(yaml -> texts(yaml, where + "." + key)).orElse(List.of());
    }

    /** Notes that the list under {@code key} has nothing in it, where it is there: that is {@code found}. */
    public void requireAny(String key, String found, String expected) {
        if (find(key)
                .filter(yaml -> yaml instanceof Yaml.Items(var _, var items) && items.isEmpty())
                .isPresent()) {
            problems.add(at(key), where + "." + key, found, expected);
        }
    }

    /** The items of {@code yaml} as texts; a single text counts as a list of one. */
    public List<Yaml.Scalar> texts(Yaml yaml, String where) {
        return switch (yaml) {
            case Yaml.Scalar scalar -> text(scalar, where).isPresent() ? List.of(scalar) : List.of();
            case Yaml.Items items -> {
                var texts = new ArrayList<Yaml.Scalar>();
                for (var item : items.items()) {
                    if (text(item, where).isPresent() && item instanceof Yaml.Scalar scalar) {
                        texts.add(scalar);
                    }
                }
                yield texts;
            }
            case Yaml.Keys keys -> {
                problems.add(keys.at(), where, keys.kind(), "a list of texts");
                yield List.of();
            }
        };
    }

    /** Notes every key that nothing has asked for. */
    public void end() {
        for (var entry : keys.entries()) {
            if (!taken.contains(entry.key())) {
                problems.add(
                        entry.at(), where, "unknown key '" + entry.key() + "'", Words.expected(entry.key(), asked));
            }
        }
    }

    private Optional<String> text(Yaml yaml, String where) {
        if (yaml instanceof Yaml.Scalar scalar && !scalar.isNull()) {
            return Optional.of(scalar.text());
        }
        problems.add(yaml.at(), where, yaml.kind(), "a text");
        return Optional.empty();
    }

    private Optional<Yaml.Entry> entry(String key) {
        return Optional.ofNullable(entryByKey.get(key));
    }
}
