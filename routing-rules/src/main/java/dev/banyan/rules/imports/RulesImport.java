package dev.banyan.rules.imports;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.banyan.rules.Match;
import dev.banyan.rules.Problem;
import dev.banyan.rules.RulesException;
import dev.banyan.rules.RulesFolder;
import dev.banyan.rules.format.RulesFormat;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Makes rules of what other systems are configured with. */
public final class RulesImport {

    private static final Path OUTPUT = Path.of("rules.yaml");

    private static final Comparator<NotCarriedOver> BY_PLACE = Comparator.comparing(NotCarriedOver::file)
            .thenComparingInt(NotCarriedOver::line)
            .thenComparingInt(NotCarriedOver::column)
            .thenComparing(NotCarriedOver::found);

    private RulesImport() {}

    /**
     * The rules of these sources, which belong together and are of one form.
     *
     * @param textByFile the files' texts; the paths are for messages only
     * @param form null finds it out
     * @throws RulesException when a source cannot be read, or what comes out is not valid
     */
    public static Imported read(Map<Path, String> textByFile, @Nullable ImportForm form, ImportOptions options)
            throws RulesException {
        List<Foreign> documents = new ArrayList<>();
        for (Map.Entry<Path, String> each : textByFile.entrySet()) {
            documents.addAll(ForeignReader.read(each.getKey(), each.getValue()));
        }
        Path first = textByFile.keySet().iterator().next();
        ImportForm known = form == null ? form(documents, first) : form;
        var draft = new Draft(options);
        switch (known) {
            case SPRING_CLOUD_GATEWAY -> new SpringRoutes(draft).read(documents);
            case GATEWAY_API -> new HttpRoutes(draft).read(documents);
            case OPENAPI -> new OpenApi(draft).read(documents);
            case REFACTOR_SPACES -> new RefactorSpaces(draft).read(documents);
        }
        if (!draft.hasBaseline()) {
            throw Draft.refuse(
                    new Place(first, 1, 1),
                    "baseline",
                    "nothing that says where the application runs today",
                    "--legacy URL");
        }
        if (draft.routes.isEmpty()) {
            throw Draft.refuse(new Place(first, 1, 1), "routes", "none in the source", "at least one");
        }
        leaveToTheBaseline(draft);
        draft.keepLimits();
        Order.settleTies(draft.routes);
        return finish(draft, known, textByFile);
    }

    /** Nothing has to be kept for the baseline where there is no candidate, and not by a route for everything. */
    private static void leaveToTheBaseline(Draft draft) {
        boolean none = draft.backends().size() == 1;
        for (DraftRoute route : draft.routes) {
            boolean all = route.hostnames.isEmpty() && route.matches.equals(List.of(Match.path(Match.Path.ANY)));
            if ((none || all) && route.toBaseline() && !route.leftOut) {
                route.notes.add("the baseline serves it, as it does whatever no route takes");
                route.leftOut = true;
            }
        }
    }

    private static Imported finish(Draft draft, ImportForm form, Map<Path, String> textByFile) throws RulesException {
        String sources = textByFile.keySet().stream()
                .map(each -> String.valueOf(each.getFileName()))
                .collect(Collectors.joining(", "));
        while (true) {
            try {
                String text = RulesFormat.format(OUTPUT, RulePrinter.print(draft, form, sources));
                int routes =
                        RulesFolder.parse(OUTPUT, text.getBytes(UTF_8)).routes().size();
                List<NotCarriedOver> sorted =
                        draft.notCarriedOver.stream().sorted(BY_PLACE).toList();
                return new Imported(form, text, routes, sorted);
            } catch (RulesException e) {
                if (!leaveOut(draft, e.problems())) {
                    throw e;
                }
            }
        }
    }

    /** Leaves out the routes with these problems, which no reader of a source foresaw; false when they are of none. */
    private static boolean leaveOut(Draft draft, List<Problem> problems) {
        boolean some = false;
        for (Problem each : problems) {
            for (DraftRoute route : draft.routes) {
                String prefix = "routes[" + route.name + "]";
                if (!route.leftOut && each.where().startsWith(prefix)) {
                    String what = each.where().substring(prefix.length()).replaceFirst("^\\.", "");
                    draft.leaveOut(
                            route,
                            route.place,
                            what.isEmpty() ? "the route" : what,
                            each.found() + ", expected " + each.expected());
                    some = true;
                }
            }
        }
        return some;
    }

    private static ImportForm form(List<Foreign> documents, Path first) throws RulesException {
        for (Foreign each : documents) {
            if (each.nested().at("spring.cloud.gateway") != null) {
                return ImportForm.SPRING_CLOUD_GATEWAY;
            }
            if (each.text("apiVersion").startsWith("gateway.networking.k8s.io/")) {
                return ImportForm.GATEWAY_API;
            }
            if (OpenApi.isOne(each)) {
                return ImportForm.OPENAPI;
            }
            if (RefactorSpaces.isOne(each)) {
                return ImportForm.REFACTOR_SPACES;
            }
        }
        throw Draft.refuse(
                new Place(first, 1, 1),
                "form",
                "nothing that says what this is",
                "--from with one of " + List.of(ImportForm.values()));
    }
}
