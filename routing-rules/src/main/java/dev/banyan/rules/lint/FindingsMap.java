package dev.banyan.rules.lint;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Findings as plain maps, lists, texts and numbers in the order they are read: what becomes their JSON. */
public final class FindingsMap {

    private FindingsMap() {}

    /** {@code findings}, each with its code, level and place. */
    public static Map<String, Object> of(List<Finding> findings) {
        List<Object> list = new ArrayList<>();
        for (Finding each : findings) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("code", each.code().name());
            one.put("level", each.code().level().name().toLowerCase(Locale.ROOT));
            one.put("file", each.place().file().toString());
            one.put("line", each.place().line());
            one.put("column", each.place().column());
            one.put("route", each.route());
            one.put("where", each.where());
            one.put("found", each.found());
            one.put("expected", each.expected());
            list.add(one);
        }
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("findings", list);
        return map;
    }
}
