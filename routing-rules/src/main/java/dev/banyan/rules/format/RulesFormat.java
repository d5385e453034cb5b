package dev.banyan.rules.format;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.banyan.rules.Problem;
import dev.banyan.rules.RulesException;
import dev.banyan.rules.RulesFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;

/** Brings rule files into one order and layout. */
public final class RulesFormat {

    private RulesFormat() {}

    /**
     * The same rules and all comments, laid out. Formatting what it returns changes nothing.
     *
     * @param file for messages only
     * @throws RulesException when the text or its shape is not sound
     */
    public static String format(Path file, String text) throws RulesException {
        SourceReader.Document document = read(file, text);
        Node.Group root = root(file, document);
        List<Comment> head = Placement.place(root, document.comments());
        String formatted = Layout.write(head, root);
        requireSame(file, document, formatted);
        return formatted;
    }

    /** The document of a file whose text and shape are sound. */
    static SourceReader.Document read(Path file, String text) throws RulesException {
        List<Problem> problems = RulesFolder.problems(file, text.getBytes(UTF_8));
        if (!problems.isEmpty()) {
            throw new RulesException(problems);
        }
        return SourceReader.read(text);
    }

    static Node.Group root(Path file, SourceReader.Document document) {
        if (!(document.root() instanceof Node.Group root) || root.items().isEmpty()) {
            throw new IllegalStateException(file + ": no mapping (expected: one, since its shape was checked)");
        }
        return root;
    }

    /** A layout that lost a comment or changed a value would be our mistake: nothing may come of it. */
    static void requireSame(Path file, SourceReader.Document expected, String written) {
        SourceReader.Document after = SourceReader.read(written);
        boolean same = meaning(expected.root()).equals(meaning(after.root()))
                && comments(expected).equals(comments(after));
        if (!same) {
            throw new IllegalStateException(
                    file + ": the layout would change it, so that nothing was written; please report this");
        }
    }

    private static List<String> comments(SourceReader.Document document) {
        return document.comments().stream().map(Comment::text).sorted().toList();
    }

    private static Object meaning(Node node) {
        return switch (node) {
            case Node.Text text -> text.meaning();
            case Node.Group list
            when list.isList() ->
                list.items().stream().map(each -> meaning(each.value())).toList();
            case Node.Group mapping -> {
                var fields = new TreeMap<String, Object>();
                mapping.items().forEach(each -> fields.put(String.valueOf(each.key()), meaning(each.value())));
                yield fields;
            }
        };
    }
}
