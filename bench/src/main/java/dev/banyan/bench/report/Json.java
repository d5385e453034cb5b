package dev.banyan.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** A run as JSON: the header, one entry for each case, peer and measure with every value, the goals, what was skipped. */
public final class Json {

    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private Json() {}

    /** Returns the text, with the goals of the gateway. */
    public static String of(Header header, Results results) {
        return of(header, results, Goal.all(results));
    }

    /** Returns the text. */
    public static String of(Header header, Results results, List<Goal> goals) {
        var document = new LinkedHashMap<String, Object>();
        document.put("run", header);
        document.put("noisy", header.isNoisy());
        document.put("figures", figures(results));
        document.put("goals", goals.stream().map(Json::goal).toList());
        document.put("skipped", results.skipped());
        return MAPPER.writeValueAsString(document) + "\n";
    }

    private static List<Map<String, Object>> figures(Results results) {
        var figures = new ArrayList<Map<String, Object>>();
        for (var name : results.cases().keySet()) {
            for (var peer : results.peers(name)) {
                for (var measure : Measure.values()) {
                    results.series(name, peer, measure)
                            .ifPresent(series -> figures.add(figure(name, peer, measure, series)));
                }
            }
        }
        return figures;
    }

    private static Map<String, Object> figure(String name, String peer, Measure measure, Series series) {
        var figure = new LinkedHashMap<String, Object>();
        figure.put("case", name);
        figure.put("peer", peer);
        figure.put("measure", measure.label());
        figure.put("median", series.median());
        figure.put("min", series.min());
        figure.put("max", series.max());
        figure.put("values", series.values());
        return figure;
    }

    private static Map<String, Object> goal(Goal goal) {
        var entry = new LinkedHashMap<String, Object>();
        entry.put("claim", goal.claim());
        entry.put("limit", goal.limit());
        goal.found().ifPresent(found -> entry.put("found", found));
        entry.put("met", goal.found().isPresent() ? goal.met() : "not measured");
        return entry;
    }
}
