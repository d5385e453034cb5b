package dev.banyan.bridge.yaml;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** Reads a YAML 1.2 file into {@link Yaml} with places. */
public final class YamlFile {

    private static final int CHARACTERS_MAX = 1_000_000;
    private static final int DEPTH_MAX = 32;

    private final Problems problems;
    private final Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());

    private YamlFile(Problems problems) {
        this.problems = problems;
    }

    /** What {@code file} holds, or nothing when it cannot be read as YAML; the reason is then in {@code problems}. */
    public static Optional<Yaml> read(Path file, Problems problems) {
        String text;
        try {
            text = Files.readString(file);
        } catch (CharacterCodingException e) {
            problems.add(Place.START, "file", "bytes that are not UTF-8", "UTF-8 text");
            return Optional.empty();
        } catch (IOException e) {
            problems.add(Place.START, "file", "cannot be read: " + e, "a readable file");
            return Optional.empty();
        }
        return parse(text, problems);
    }

    /** What {@code text} holds, or nothing when it is not YAML. */
    public static Optional<Yaml> parse(String text, Problems problems) {
        if (text.length() > CHARACTERS_MAX) {
            problems.add(Place.START, "file", text.length() + " characters", "at most " + CHARACTERS_MAX);
            return Optional.empty();
        }
        var settings = LoadSettings.builder()
                .setUseMarks(true)
                .setMaxAliasesForCollections(0)
                .setCodePointLimit(CHARACTERS_MAX)
                // Version 3.0.1 reads beyond its buffer where that ends within a surrogate pair: the buffer holds all.
                .setBufferSize(text.length() + 1)
                .build();
        try {
            var reader = new YamlFile(problems);
            if (!reader.isShallow(new Parse(settings).parseString(text))) {
                return Optional.empty();
            }
            var root = new Compose(settings).composeString(text);
            if (root.isEmpty()) {
                problems.add(Place.START, "file", "nothing", "a mapping of keys to values");
                return Optional.empty();
            }
            return Optional.ofNullable(reader.convert(root.get()));
        } catch (MarkedYamlEngineException e) {
            var message = e.getProblem() == null ? "not YAML" : e.getProblem();
            problems.add(place(e.getProblemMark()), "file", message, "YAML");
            return Optional.empty();
        } catch (YamlEngineException e) {
            problems.add(Place.START, "file", String.valueOf(e.getMessage()), "YAML");
            return Optional.empty();
        }
    }

    /** False when {@code events} nest too deep, which composing them would do on the stack; notes tags, too, which nobody would look at. */
    private boolean isShallow(Iterable<Event> events) {
        var depth = 0;
        for (var event : events) {
            if (event instanceof NodeEvent && depth > DEPTH_MAX) {
                problems.add(place(event.getStartMark()), "file", "nesting deeper than " + DEPTH_MAX, "less of it");
                return false;
            }
            switch (event) {
                case CollectionStartEvent start -> {
                    depth++;
                    refuseTag(start.getTag(), start);
                }
                case CollectionEndEvent _ -> depth--;
                case ScalarEvent scalar -> refuseTag(scalar.getTag(), scalar);
                default -> {}
            }
        }
        return true;
    }

    private void refuseTag(Optional<String> tag, Event event) {
        tag.ifPresent(name -> problems.add(
                place(event.getStartMark()),
                "file",
                "the tag " + name.replace(Tag.PREFIX, "!!"),
                "the value alone; in quotes it is a text"));
    }

    private @Nullable Yaml convert(Node node) {
        var at = place(node.getStartMark());
        if (!seen.add(node) || node.getAnchor().isPresent()) {
            problems.add(at, "file", "an anchor or alias", "the value written out");
            return null;
        }
        return switch (node) {
            case ScalarNode scalar -> scalar(scalar, at);
            case SequenceNode list -> items(list, at);
            case MappingNode mapping -> keys(mapping, at);
            default -> null;
        };
    }

    private Yaml scalar(ScalarNode node, Place at) {
        refuseExpression(node.getValue(), at);
        return new Yaml.Scalar(at, node.getValue(), node.getScalarStyle() != ScalarStyle.PLAIN);
    }

    private Yaml items(SequenceNode node, Place at) {
        var items = new ArrayList<Yaml>();
        for (var item : node.getValue()) {
            var converted = convert(item);
            if (converted != null) {
                items.add(converted);
            }
        }
        return new Yaml.Items(at, items);
    }

    private Yaml keys(MappingNode node, Place at) {
        var entries = new ArrayList<Yaml.Entry>();
        var placeByKey = new HashMap<String, Place>();
        for (var tuple : node.getValue()) {
            var keyAt = place(tuple.getKeyNode().getStartMark());
            if (!(tuple.getKeyNode() instanceof ScalarNode keyNode)) {
                problems.add(keyAt, "file", "a key that is a list or a mapping", "a word");
                continue;
            }
            var key = keyNode.getValue();
            refuseExpression(key, keyAt);
            var first = placeByKey.putIfAbsent(key, keyAt);
            if (first != null) {
                problems.add(keyAt, key, "a second time; the first is in line " + first.line(), "each key once");
                continue;
            }
            var value = convert(tuple.getValueNode());
            if (value != null) {
                entries.add(new Yaml.Entry(key, keyAt, value));
            }
        }
        return new Yaml.Keys(at, entries);
    }

    private void refuseExpression(String text, Place at) {
        if (text.contains("#{") || text.contains("${")) {
            problems.add(
                    at,
                    "file",
                    "an expression or placeholder, with ${ or #{", // not the text: it may be a password
                    "the value itself; nothing is evaluated. A secret with such characters goes into a file of its own");
        }
    }

    private static Place place(Optional<Mark> mark) {
        return mark.map(found -> new Place(found.getLine() + 1, found.getColumn() + 1))
                .orElse(Place.START);
    }
}
