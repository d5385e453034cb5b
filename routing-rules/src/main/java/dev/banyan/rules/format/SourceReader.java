package dev.banyan.rules.format;

import dev.banyan.rules.WholeCharacters;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.resolver.CoreScalarResolver;
import org.snakeyaml.engine.v2.resolver.ScalarResolver;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/** Reads a file that is known to be sound into nodes, and collects its comments. */
final class SourceReader {

    /*
     * The parser can report comments as events, but ties each to the token after it and loses the place of some. In a
     * sound file without anchors and tags, what stands between two scalars is blanks, indicators and comments only: so
     * every # there begins a comment, and we find them all by ourselves.
     */

    private static final Pattern PLAIN_KEY = Pattern.compile("[A-Za-z][A-Za-z0-9_-]*");
    private static final ScalarResolver KINDS = new CoreScalarResolver(false);
    private static final int FILE_BYTES_MAX = 32 * 1024 * 1024;

    private final SourceText source;
    private final ParserImpl events;
    private final List<Comment> comments = new ArrayList<>();

    /** Where the last scalar ended: comments are looked for from here. */
    private int scanned;

    private SourceReader(String text) {
        LoadSettings settings = LoadSettings.builder()
                .setUseMarks(true)
                .setCodePointLimit(FILE_BYTES_MAX)
                .build();
        this.source = new SourceText(text);
        this.events = new ParserImpl(settings, new StreamReader(settings, new WholeCharacters(text)));
    }

    /** A document and its comments, which are not placed yet. */
    record Document(Node root, List<Comment> comments) {}

    static Document read(String text) {
        var reader = new SourceReader(text);
        reader.events.next(); // stream start
        reader.events.next(); // document start
        Node root = reader.node(0);
        reader.scanTo(reader.source.length());
        return new Document(root, reader.comments);
    }

    /** A text that stands in no file yet. */
    static Node.Text quoted(String value) {
        return new Node.Text(-1, -1, doubleQuoted(value), List.of(), Tag.STR + " " + value);
    }

    private Node node(int parentColumn) {
        Event event = events.next();
        return switch (event) {
            case ScalarEvent scalar -> isBlock(scalar) ? block(scalar, parentColumn) : flow(scalar);
            case SequenceStartEvent list -> list(list);
            case MappingStartEvent mapping -> mapping(mapping);
            default -> throw new IllegalStateException("event: " + event + " (expected: a value)");
        };
    }

    private Node.Group list(SequenceStartEvent event) {
        int start = index(event.getStartMark());
        int column = source.column(start);
        List<Item> items = new ArrayList<>();
        while (!events.checkEvent(Event.ID.SequenceEnd)) {
            Node value = node(column);
            int itemColumn = event.isFlow() ? source.column(value.start()) : column;
            items.add(Item.of(null, value.start(), itemColumn, isBlankAbove(value.start()), value));
        }
        return group(event.isFlow(), true, start, items);
    }

    private Node.Group mapping(MappingStartEvent event) {
        int start = index(event.getStartMark());
        List<Item> items = new ArrayList<>();
        while (!events.checkEvent(Event.ID.MappingEnd)) {
            var key = (ScalarEvent) events.next();
            int keyStart = index(key.getStartMark());
            scanTo(keyStart);
            scanned = index(key.getEndMark());
            Node value = node(source.column(keyStart));
            items.add(Item.of(
                    shownKey(key.getValue()), keyStart, source.column(keyStart), isBlankAbove(keyStart), value));
        }
        return group(event.isFlow(), false, start, items);
    }

    private Node.Group group(boolean flow, boolean isList, int start, List<Item> items) {
        int closed = index(events.next().getEndMark());
        int end = flow || items.isEmpty() ? closed : items.getLast().value().end();
        return Node.Group.of(start, end, isList, flow, items);
    }

    private Node.Text flow(ScalarEvent event) {
        int start = index(event.getStartMark());
        int end = index(event.getEndMark());
        scanTo(start);
        scanned = end;
        String raw = source.between(start, end);
        String value = event.getValue();
        boolean oneLine = raw.indexOf('\n') < 0 && raw.indexOf('\r') < 0;
        boolean quoted = event.getScalarStyle() == ScalarStyle.SINGLE_QUOTED;
        boolean alike = oneLine && quoted && value.indexOf('"') < 0 && value.indexOf('\\') < 0;
        String shown = alike ? '"' + value + '"' : oneLine ? raw : doubleQuoted(value);
        return new Node.Text(start, end, shown, List.of(), meaning(event));
    }

    /** A block scalar keeps its lines; one that also keeps the empty lines after it is written in quotes. */
    private Node.Text block(ScalarEvent event, int parentColumn) {
        int start = index(event.getStartMark());
        scanTo(start);
        int headerEnd = source.lineEnd(start);
        String header = source.between(start, headerEnd);
        int hash = header.indexOf('#');
        if (hash >= 0) {
            Comment here = source.comment(start + header.codePointCount(0, hash));
            comments.add(new Comment(here.text(), here.at(), here.column(), false, false));
            header = header.substring(0, hash);
        }
        header = header.strip();
        Optional<Integer> told =
                header.chars().filter(Character::isDigit).mapToObj(c -> c - '0').findFirst();
        List<String> body = new ArrayList<>();
        int end = body(headerEnd, told.map(digit -> parentColumn - 1 + digit).orElse(-1), body);
        scanned = Math.max(end, headerEnd);
        boolean plainBody = !body.isEmpty() && !header.contains("+");
        if (!plainBody) {
            return new Node.Text(start, scanned, doubleQuoted(event.getValue()), List.of(), meaning(event));
        }
        String style = header.substring(0, 1)
                + (body.getFirst().startsWith(" ") || body.getFirst().isEmpty() ? "2" : "")
                + (header.contains("-") ? "-" : "");
        return new Node.Text(start, scanned, style, body, meaning(event));
    }

    /** Adds the lines of a block scalar; returns where the last one that is not empty ends. */
    private int body(int headerEnd, int toldIndent, List<String> body) {
        int indent = toldIndent;
        int end = headerEnd;
        int filled = 0;
        int line = source.nextLine(headerEnd);
        while (line < source.length()) {
            int lineEnd = source.lineEnd(line);
            String text = source.between(line, lineEnd);
            int spaces = text.length() - text.replaceFirst("^ +", "").length();
            boolean empty = spaces == text.length();
            if (!empty && indent < 0) {
                indent = spaces;
            }
            if (!empty && spaces < indent) {
                break;
            }
            body.add(spaces >= indent && indent >= 0 ? text.substring(indent) : "");
            if (!empty || !body.getLast().isEmpty()) {
                filled = body.size();
                end = lineEnd;
            }
            line = source.nextLine(lineEnd);
        }
        body.subList(filled, body.size()).clear();
        return end;
    }

    private void scanTo(int index) {
        if (index > scanned) {
            comments.addAll(source.commentsBetween(scanned, index));
            scanned = index;
        }
    }

    private boolean isBlankAbove(int start) {
        return source.isFirstOnLine(start) && source.isBlankLineAbove(start);
    }

    private static boolean isBlock(ScalarEvent event) {
        return event.getScalarStyle() == ScalarStyle.LITERAL || event.getScalarStyle() == ScalarStyle.FOLDED;
    }

    private static String shownKey(String key) {
        return PLAIN_KEY.matcher(key).matches() ? key : doubleQuoted(key);
    }

    private static String meaning(ScalarEvent event) {
        Tag kind = event.isPlain() ? KINDS.resolve(event.getValue(), true) : Tag.STR;
        return kind + " " + event.getValue();
    }

    private static String doubleQuoted(String value) {
        var quoted = new StringBuilder("\"");
        value.codePoints().forEach(point -> {
            switch (point) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                default -> {
                    boolean odd = Character.isISOControl(point) || point == 0x2028 || point == 0x2029;
                    quoted.append(odd ? "\\u%04x".formatted(point) : Character.toString(point));
                }
            }
        });
        return quoted.append('"').toString();
    }

    private static int index(Optional<Mark> mark) {
        return mark.orElseThrow(() -> new IllegalStateException("marks: off (expected: on)"))
                .getIndex();
    }
}
