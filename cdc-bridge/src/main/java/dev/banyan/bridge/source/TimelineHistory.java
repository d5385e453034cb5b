package dev.banyan.bridge.source;

import java.math.BigInteger;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** Where PostgreSQL's earlier timelines ended, each in a promotion of a standby or at the end of a restoration. */
public final class TimelineHistory {

    /** A line of the file that PostgreSQL keeps of a timeline: {@code 1\t0/3000148\tno recovery target specified}. */
    private static final Pattern ANCESTOR = Pattern.compile("\\s*([0-9]+)\\s+([0-9A-Fa-f]+)/([0-9A-Fa-f]+)(\\s.*)?");

    private TimelineHistory() {}

    /** The position at which each timeline before {@code timeline} ended and went over into the next one. */
    public static Map<Integer, Long> of(Source source, int timeline) throws SQLException {
        try (Connection log = source.connectToLog();
                var statement = log.createStatement();
                var file = statement.executeQuery("TIMELINE_HISTORY " + timeline)) {
            return file.next() ? read(file.getString(2)) : Map.of();
        }
    }

    static Map<Integer, Long> read(String file) {
        var endByTimeline = new HashMap<Integer, Long>();
        for (var line : file.lines().toList()) {
            var ancestor = ANCESTOR.matcher(line);
            if (ancestor.matches()) {
                endByTimeline.put(
                        Integer.valueOf(ancestor.group(1)),
                        new BigInteger(ancestor.group(2), 16)
                                .shiftLeft(Integer.SIZE)
                                .add(new BigInteger(ancestor.group(3), 16))
                                .longValueExact());
            }
        }
        return Map.copyOf(endByTimeline);
    }
}
