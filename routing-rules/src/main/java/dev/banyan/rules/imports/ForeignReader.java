package dev.banyan.rules.imports;

import dev.banyan.rules.Problem;
import dev.banyan.rules.RulesException;
import dev.banyan.rules.WholeCharacters;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** Reads YAML and JSON that others wrote for others: anchors and several documents are fine here. */
final class ForeignReader {

    private static final int TEXT_CHARS_MAX = 32 * 1024 * 1024;
    private static final int DEPTH_MAX = 64;

    /** An alias stands for all that its anchor holds: a few lines can mean a billion values. */
    private static final int VALUES_MAX = 1_000_000;

    private final Path file;
    private int values;

    private ForeignReader(Path file) {
        this.file = file;
    }

    /** All documents of a file, or what keeps them from being read. */
    static List<Foreign> read(Path file, String text) throws RulesException {
        boolean json =
                text.stripLeading().startsWith("{") || text.stripLeading().startsWith("[");
        LoadSettings settings = LoadSettings.builder()
                .setLabel(file.toString())
                .setUseMarks(true)
                .setSchema(new CoreSchema()) // the only one that merges what stands under <<
                .setCodePointLimit(TEXT_CHARS_MAX)
                .build();
        var reader = new ForeignReader(file);
        try {
            List<Foreign> documents = new ArrayList<>();
            for (String part : json ? JsonValues.of(text) : List.of(text)) {
                // JSON may be indented with tabs, YAML may not; within JSON's texts there are none.
                String readable = json ? part.replace('\t', ' ') : part;
                for (Node node : new Compose(settings).composeAllFromReader(new WholeCharacters(readable))) {
                    documents.add(reader.read(node, 0));
                }
            }
            return documents;
        } catch (MarkedYamlEngineException e) {
            Place place = reader.place(e.getProblemMark());
            throw broken(place, e.getProblem() == null ? "broken YAML" : e.getProblem());
        } catch (YamlEngineException | TooMuch e) {
            throw broken(new Place(file, 1, 1), String.valueOf(e.getMessage()));
        }
    }

    private Foreign read(Node node, int depth) {
        if (depth > DEPTH_MAX || ++values > VALUES_MAX) {
            throw new TooMuch(depth > DEPTH_MAX ? "nested too deep" : "too many values, counting aliases");
        }
        Place place = place(node.getStartMark());
        return switch (node) {
            case ScalarNode scalar ->
                new Foreign.Text(scalar.getTag().equals(Tag.NULL) ? "" : scalar.getValue(), place);
            case SequenceNode sequence -> {
                List<Foreign> items = new ArrayList<>();
                for (Node each : sequence.getValue()) {
                    items.add(read(each, depth + 1));
                }
                yield new Foreign.Items(items, place);
            }
            case MappingNode mapping -> {
                Map<String, Foreign> fields = new LinkedHashMap<>();
                for (NodeTuple each : mapping.getValue()) {
                    String key = each.getKeyNode() instanceof ScalarNode name ? name.getValue() : "?";
                    fields.put(key, read(each.getValueNode(), depth + 1));
                }
                yield new Foreign.Fields(fields, place);
            }
            default -> throw new TooMuch("a " + node.getNodeType() + " that no file can hold");
        };
    }

    private Place place(Optional<Mark> mark) {
        return mark.map(at -> new Place(file, at.getLine() + 1, at.getColumn() + 1))
                .orElse(new Place(file, 1, 1));
    }

    private static RulesException broken(Place at, String found) {
        return new RulesException(
                List.of(new Problem(at.file(), at.line(), at.column(), "text", found, "YAML or JSON")));
    }

    /** More than a file of this kind ever has. */
    private static final class TooMuch extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooMuch(String message) {
            super(message);
        }
    }
}
