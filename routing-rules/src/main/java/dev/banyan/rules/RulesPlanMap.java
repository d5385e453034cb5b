package dev.banyan.rules;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A plan as plain maps, lists, texts and numbers in the order they are read: what becomes its JSON. */
public final class RulesPlanMap {

    private RulesPlanMap() {}

    /** {@code changes}, each with its {@code keys}, and the matches that are {@code newlyCovered}. */
    public static Map<String, Object> of(RulesPlan plan) {
        List<Object> changes = new ArrayList<>();
        for (RulesPlan.Entry entry : plan.entries()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("where", entry.where());
            one.put("change", entry.change().name().toLowerCase(Locale.ROOT));
            one.put("movedBuckets", entry.movedBuckets());
            one.put("keys", entry.keys().stream().map(RulesPlanMap::key).toList());
            changes.add(one);
        }
        List<Object> covered = new ArrayList<>();
        for (Reachability.Covered each : plan.newlyCovered()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("match", match(each.route(), each.match()));
            one.put("by", match(each.by(), each.byMatch()));
            covered.add(one);
        }
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("changes", changes);
        map.put("newlyCovered", covered);
        return map;
    }

    private static Map<String, Object> key(RulesPlan.KeyChange change) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("key", change.key());
        map.put("before", change.before());
        map.put("after", change.after());
        return map;
    }

    private static String match(Route route, int match) {
        return "routes[" + route.name() + "].matches[" + match + "]";
    }
}
