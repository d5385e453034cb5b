package dev.banyan.rules;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.resolver.CoreScalarResolver;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * Reads one file into a {@link Yaml} tree. Built on the events of snakeyaml-engine, because only those know the place of
 * every key, and because limits can act while the file is read.
 */
final class YamlParser {

    /*
     * A rule file is data and nothing else: anchors, aliases, tags and merge keys are refused (an alias can make ten
     * lines into a billion), and so is what looks like an expression in any field. A problem with the text itself ends
     * the reading of this file; everything else is collected.
     */

    static final int FILE_BYTES_MAX = 32 * 1024 * 1024;
    static final int DEPTH_MAX = 32;

    /** What a number, a truth or nothing can begin with, when it is written without quotes. */
    private static final String NO_TEXT = "~nNtTfF+-.0123456789 ";

    /** Takes the routes of a file one by one, so that never all of them are in memory as a tree. */
    interface Routes {

        /** Takes one; {@code before} are the keys that stand before the routes. False ends the reading of this file. */
        boolean take(Map<String, Yaml.Fields.Field> before, Yaml route);
    }

    private final Path file;
    private final @Nullable Routes routes;
    private final ParserImpl events;
    private final List<Problem> problems;

    private YamlParser(Path file, String text, List<Problem> problems, @Nullable Routes routes) {
        LoadSettings settings = LoadSettings.builder()
                .setLabel(file.toString())
                .setUseMarks(true)
                .setCodePointLimit(FILE_BYTES_MAX)
                .build();
        this.file = file;
        this.routes = routes;
        this.events = new ParserImpl(settings, new StreamReader(settings, new WholeCharacters(text)));
        this.problems = problems;
    }

    /** The file's document, or null when it has none that can be checked; adds what is wrong to {@code problems}. */
    static @Nullable Yaml parse(Path file, byte[] bytes, List<Problem> problems) {
        return parse(file, bytes, problems, null);
    }

    /** The same with only the first of its routes, each of which {@code routes} has taken. */
    static @Nullable Yaml parse(Path file, byte[] bytes, List<Problem> problems, @Nullable Routes routes) {
        String text = decode(file, bytes, problems);
        if (text == null) {
            return null;
        }
        var parser = new YamlParser(file, text, problems, routes);
        try {
            return parser.document();
        } catch (Unreadable e) {
            problems.add(e.problem);
        } catch (ReaderException e) {
            int characters = Math.min(e.getPosition(), text.codePointCount(0, text.length()));
            Yaml.Place place = placeAt(text, text.offsetByCodePoints(0, characters));
            problems.add(new Problem(
                    file,
                    place.line(),
                    place.column(),
                    "text",
                    "the control character U+%04X".formatted(e.getCodePoint()),
                    "printable text",
                    ProblemKind.TEXT));
        } catch (MarkedYamlEngineException e) {
            Yaml.Place place = place(e.getProblemMark());
            String found = e.getProblem() == null ? "broken YAML" : e.getProblem();
            String context = e.getContext() == null ? "" : " " + e.getContext();
            problems.add(broken(file, place, found + context));
        } catch (YamlEngineException e) {
            problems.add(broken(file, new Yaml.Place(1, 1), String.valueOf(e.getMessage())));
        }
        return null;
    }

    private static Problem broken(Path file, Yaml.Place at, String found) {
        return new Problem(file, at.line(), at.column(), "yaml", found, "well-formed YAML 1.2", ProblemKind.YAML);
    }

    private static @Nullable String decode(Path file, byte[] bytes, List<Problem> problems) {
        if (bytes.length >= 3 && bytes[0] == (byte) 0xEF && bytes[1] == (byte) 0xBB && bytes[2] == (byte) 0xBF) {
            problems.add(new Problem(file, 1, 1, "text", "a byte order mark", "UTF-8 without one", ProblemKind.TEXT));
            return null;
        }
        var decoder = UTF_8.newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        var in = ByteBuffer.wrap(bytes);
        var out = CharBuffer.allocate(bytes.length);
        CoderResult result = decoder.decode(in, out, true);
        String text = out.flip().toString();
        if (result.isError()) {
            Yaml.Place place = placeAt(text, text.length());
            String found = "the byte %02X".formatted(bytes[in.position()]);
            problems.add(new Problem(file, place.line(), place.column(), "text", found, "UTF-8", ProblemKind.TEXT));
            return null;
        }
        return text;
    }

    private Yaml document() throws Unreadable {
        events.next(); // stream start
        if (events.checkEvent(Event.ID.StreamEnd)) {
            String found = "nothing but blanks and comments";
            throw new Unreadable(
                    new Problem(file, 1, 1, "file", found, "backends, cohorts or routes", ProblemKind.FILE));
        }
        events.next(); // document start
        Yaml document = node(0);
        events.next(); // document end
        if (!events.checkEvent(Event.ID.StreamEnd)) {
            throw unreadable(events.peekEvent(), "file", "a second document", "one document a file");
        }
        return document;
    }

    private Yaml node(int depth) throws Unreadable {
        Event event = events.next();
        Yaml.Place place = place(event.getStartMark());
        if (depth > DEPTH_MAX) {
            throw unreadable(event, "yaml", "nesting deeper than " + DEPTH_MAX, "at most " + DEPTH_MAX);
        }
        if (!(event instanceof NodeEvent node)
                || event.getEventId() == Event.ID.Alias
                || node.getAnchor().isPresent()) {
            throw unreadable(event, "yaml", "an anchor or alias", "the value written out");
        }
        return switch (event) {
            case ScalarEvent scalar -> scalar(scalar, place);
            case SequenceStartEvent list -> items(list, place, depth);
            case MappingStartEvent mapping -> fields(mapping, place, depth);
            default -> throw unreadable(event, "yaml", event.toString(), "a value");
        };
    }

    private Yaml.Scalar scalar(ScalarEvent event, Yaml.Place place) throws Unreadable {
        requireNoTag(event, event.getTag());
        String text = event.getValue();
        String hostile = HostileText.in(text);
        if (hostile != null) {
            String expected = "text: rules are data";
            problems.add(
                    new Problem(file, place.line(), place.column(), "text", hostile, expected, ProblemKind.EXPRESSION));
        }
        return new Yaml.Scalar(place, event.isPlain() ? kindOf(text) : Yaml.Scalar.Kind.TEXT, text);
    }

    private Yaml.Items items(CollectionStartEvent event, Yaml.Place place, int depth) throws Unreadable {
        requireNoTag(event, event.getTag());
        List<Yaml> items = new ArrayList<>();
        while (!events.checkEvent(Event.ID.SequenceEnd)) {
            items.add(node(depth + 1));
        }
        events.next();
        return new Yaml.Items(place, items);
    }

    private Yaml.Fields fields(CollectionStartEvent event, Yaml.Place place, int depth) throws Unreadable {
        requireNoTag(event, event.getTag());
        Map<String, Yaml.Fields.Field> fields = new LinkedHashMap<>();
        while (!events.checkEvent(Event.ID.MappingEnd)) {
            if (!events.checkEvent(Event.ID.Scalar)) {
                throw unreadable(events.peekEvent(), "yaml", "a key that is no text", "text");
            }
            Yaml.Place key = place(events.peekEvent().getStartMark());
            String name = ((Yaml.Scalar) node(depth + 1)).text();
            boolean isRoutes = routes != null && depth == 0 && name.equals("routes");
            var field = new Yaml.Fields.Field(key, isRoutes ? routes(fields) : node(depth + 1));
            Yaml.Fields.Field first = fields.putIfAbsent(name, field);
            if (first != null) {
                String found = "the key \"" + name + "\" again, first at line "
                        + first.key().line() + ", column " + first.key().column();
                problems.add(new Problem(
                        file, key.line(), key.column(), "yaml", found, "each key once", ProblemKind.DUPLICATE));
            }
        }
        events.next();
        return new Yaml.Fields(place, fields);
    }

    /** The list of all routes, taken one by one: of it only the first remains. */
    private Yaml routes(Map<String, Yaml.Fields.Field> before) throws Unreadable {
        if (routes == null
                || !(events.peekEvent() instanceof SequenceStartEvent list)
                || list.getAnchor().isPresent()) {
            return node(1);
        }
        events.next();
        requireNoTag(list, list.getTag());
        Yaml first = null;
        while (!events.checkEvent(Event.ID.SequenceEnd)) {
            Event at = events.peekEvent();
            Yaml route = node(2);
            first = first == null ? route : first;
            if (!routes.take(before, route)) {
                throw unreadable(at, "routes", "a route that is not sound", "one that is");
            }
        }
        events.next();
        return new Yaml.Items(place(list.getStartMark()), first == null ? List.of() : List.of(first));
    }

    private void requireNoTag(Event event, Optional<String> tag) throws Unreadable {
        if (tag.isPresent()) {
            throw unreadable(event, "yaml", "the tag " + tag.get(), "no tags: rules are data");
        }
    }

    private static Yaml.Scalar.Kind kindOf(String text) {
        if (!text.isEmpty() && NO_TEXT.indexOf(text.charAt(0)) < 0) {
            return Yaml.Scalar.Kind.TEXT;
        }
        if (text.isEmpty() || fits(CoreScalarResolver.NULL, text)) {
            return Yaml.Scalar.Kind.NULL;
        }
        if (fits(CoreScalarResolver.BOOL, text)) {
            return Yaml.Scalar.Kind.BOOLEAN;
        }
        if (fits(CoreScalarResolver.INT, text)) {
            return Yaml.Scalar.Kind.INTEGER;
        }
        return fits(CoreScalarResolver.FLOAT, text) ? Yaml.Scalar.Kind.DECIMAL : Yaml.Scalar.Kind.TEXT;
    }

    private static boolean fits(Pattern pattern, String text) {
        return pattern.matcher(text).matches();
    }

    private Unreadable unreadable(Event event, String where, String found, String expected) {
        Yaml.Place place = place(event.getStartMark());
        return new Unreadable(
                new Problem(file, place.line(), place.column(), where, found, expected, ProblemKind.YAML));
    }

    private static Yaml.Place place(Optional<Mark> mark) {
        return mark.map(at -> new Yaml.Place(at.getLine() + 1, at.getColumn() + 1))
                .orElse(new Yaml.Place(1, 1));
    }

    /** Counts characters as marks do, so that an emoji is one. */
    private static Yaml.Place placeAt(String text, int end) {
        int line =
                1 + (int) text.substring(0, end).chars().filter(c -> c == '\n').count();
        int lineStart = text.lastIndexOf('\n', end - 1) + 1;
        return new Yaml.Place(line, 1 + text.codePointCount(lineStart, end));
    }

    /** Ends the reading of this file. */
    private static final class Unreadable extends Exception {

        private static final long serialVersionUID = 1L;

        private final transient Problem problem;

        private Unreadable(Problem problem) {
            super(problem.found());
            this.problem = problem;
        }
    }
}
