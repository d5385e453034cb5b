package dev.banyan.cli.rules;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.difflib.DiffUtils;
import com.github.difflib.UnifiedDiffUtils;
import dev.banyan.cli.toolkit.CommandFailed;
import dev.banyan.rules.Compare;
import dev.banyan.rules.Route;
import dev.banyan.rules.RuleSet;
import dev.banyan.rules.RulesException;
import dev.banyan.rules.RulesFolder;
import dev.banyan.rules.format.IgnoreRules;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The rule file that a route stands in, for commands that put something into it. */
public final class RouteFile {

    private static final int LINES_AROUND = 3;

    private final Path folder;
    private final Path file;
    private final Route route;
    private final String text;

    private RouteFile(Path folder, Path file, Route route, String text) {
        this.folder = folder;
        this.file = file;
        this.route = route;
        this.text = text;
    }

    /** Finds a route among the rules of a folder, which must be valid; prints what is wrong with them where they are not. */
    public static RouteFile of(Path folder, String name, PrintWriter err) {
        RuleSet rules = RuleFiles.table(folder, err).rules();
        Route route = route(rules, name)
                .orElseThrow(() -> new CommandFailed(folder + ": no route " + name + " (expected: one of "
                        + rules.routes().stream().map(Route::name).toList() + ")"));
        Path file = rules.placeOf(route).file();
        return new RouteFile(folder, file, route, TextFile.read(file));
    }

    /** Where it is. */
    public Path file() {
        return file;
    }

    /** The route's ignore rule for a place, if it has one. */
    public Optional<Compare.Ignored> ignored(String place) {
        Compare compare = route.comparison();
        return Stream.of(compare.json().ignore(), compare.html().ignore(), compare.xmlIgnore(), compare.textIgnore())
                .flatMap(List::stream)
                .filter(each -> each.place().equals(place))
                .findFirst();
    }

    /**
     * Puts ignore rules into the file, if all rules of the folder are valid with them and say the same but for them.
     *
     * @return the lines that changed, in unified form; none when the rules were there
     */
    public List<String> ignore(List<IgnoreRules.Rule> added) {
        String changed;
        RuleSet after;
        try {
            changed = IgnoreRules.add(file, text, route.name(), added);
            after = RulesFolder.read(folder, Map.of(file, changed.getBytes(UTF_8)));
        } catch (RulesException e) {
            throw new CommandFailed("not written, since the rules would not be valid: " + e.getMessage(), e);
        }
        Compare compared = route(after, route.name()).orElse(route).comparison();
        if (!compared.equals(with(route.comparison(), added))) {
            throw new CommandFailed(
                    file + ": not written: the route's `compare` comes from the defaults, and one of its own"
                            + " would stand in their place (would do: first write the defaults' into the route)");
        }
        if (changed.equals(text)) {
            return List.of();
        }
        if (!TextFile.read(file).equals(text)) {
            throw new CommandFailed(file + ": not written: somebody else changed it just now (would do: once more)");
        }
        TextFile.replace(file, changed);
        List<String> before = text.lines().toList();
        return UnifiedDiffUtils.generateUnifiedDiff(
                file.toString(),
                file.toString(),
                before,
                DiffUtils.diff(before, changed.lines().toList()),
                LINES_AROUND);
    }

    private static Optional<Route> route(RuleSet rules, String name) {
        return rules.routes().stream().filter(each -> each.name().equals(name)).findFirst();
    }

    private static Compare with(Compare before, List<IgnoreRules.Rule> added) {
        Compare.Json json = before.json();
        Compare.Html html = before.html();
        return new Compare(
                before.statusByClass(),
                before.headers(),
                new Compare.Json(
                        with(json.ignore(), "json", added),
                        json.arrays(),
                        json.tolerance(),
                        json.timestamps(),
                        json.nullEqualsAbsent(),
                        json.additionsAllowed()),
                new Compare.Html(with(html.ignore(), "html", added), html.ignoreAttributes()),
                with(before.xmlIgnore(), "xml", added),
                with(before.textIgnore(), "text", added),
                before.redact(),
                before.noisePercent());
    }

    private static List<Compare.Ignored> with(
            List<Compare.Ignored> before, String section, List<IgnoreRules.Rule> added) {
        List<Compare.Ignored> all = new ArrayList<>(before);
        for (IgnoreRules.Rule rule : added) {
            boolean isNew = all.stream().noneMatch(each -> each.place().equals(rule.place()));
            if (rule.section().equals(section) && isNew) {
                all.add(new Compare.Ignored(rule.place(), rule.reason(), rule.expires()));
            }
        }
        return all;
    }
}
