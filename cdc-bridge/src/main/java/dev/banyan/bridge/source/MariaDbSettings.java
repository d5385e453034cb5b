package dev.banyan.bridge.source;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import java.util.regex.Pattern;

/** Judges how a MariaDB server is set, and the bridge's own time zone: what of it keeps the bridge from reading its log. */
final class MariaDbSettings {

    /*
     * Three kinds: under the first rows are left out of the log, or written so that Debezium passes over them, which stays so whatever the server is set to
     * afterwards. Under the second what is read would be wrong as long as it is so, under the third the bridge cannot run, and nothing is lost by either.
     *
     * A server that applies what another one writes is a replica, unless it is the one of a pair that legacy writes to. Of that its last
     * transaction tells: it is the server's own, as its server_id says, and while nothing but the bridge is new here it is the other's.
     */

    private static final int[] VERSION_MIN = {10, 6};
    private static final int[] VERSION_TESTED = {11, 4};
    private static final long KEPT_SECONDS_MIN = 24 * 60 * 60;
    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)\\..*");

    private final Map<String, String> variables;
    private final List<String> leavingOut = new ArrayList<>();
    private final List<String> ofTheLog = new ArrayList<>();
    private final List<String> others = new ArrayList<>();

    private MariaDbSettings(Map<String, String> variables) {
        this.variables = variables;
    }

    /**
     * Judges a server with the global {@code variables}, which applies the logs of {@code appliedLogs} servers, for a bridge that reads as replica
     * {@code serverId} and runs in {@code zone}.
     */
    static MariaDbSettings of(Map<String, String> variables, long appliedLogs, long serverId, TimeZone zone) {
        var settings = new MariaDbSettings(variables);
        settings.version();
        settings.log();
        settings.role(appliedLogs);
        settings.own(serverId, zone);
        return settings;
    }

    /** Obstacles under which rows are missing from the log, or cannot be read in it, for good. */
    List<String> leavingOut() {
        return List.copyOf(leavingOut);
    }

    /** Obstacles under which the log is not to be read as long as they are there; nothing is missing from it. */
    List<String> ofTheLog() {
        return List.copyOf(ofTheLog);
    }

    /** Obstacles that the log has nothing to do with. */
    List<String> others() {
        return List.copyOf(others);
    }

    /** True when {@code version}, as the server says it, is newer than any that the bridge is tested with. */
    static boolean isUntested(String version) {
        var parts = VERSION.matcher(version);
        if (!parts.matches()) {
            return false;
        }
        var major = Integer.parseInt(parts.group(1));
        return major > VERSION_TESTED[0]
                || (major == VERSION_TESTED[0] && Integer.parseInt(parts.group(2)) > VERSION_TESTED[1]);
    }

    private void version() {
        var version = variable("version");
        var parts = VERSION.matcher(version);
        if (!version.contains("MariaDB") || !parts.matches()) {
            ofTheLog.add("version: " + version + " (expected: MariaDB)");
            return;
        }
        var major = Integer.parseInt(parts.group(1));
        var minor = Integer.parseInt(parts.group(2));
        if (major < VERSION_MIN[0] || (major == VERSION_MIN[0] && minor < VERSION_MIN[1])) {
            ofTheLog.add("version: " + version + " (expected: MariaDB 10.6 or newer)");
        }
    }

    private void log() {
        expect(leavingOut, "log_bin", "ON", "a file name in the server's configuration, and a restart");
        expect(
                leavingOut,
                "binlog_format",
                "ROW",
                "in the server's configuration, and a restart: sessions keep the old one");
        expect(
                leavingOut,
                "binlog_row_image",
                "FULL",
                "in the server's configuration, and a restart: sessions keep the old one");
        expect(
                leavingOut,
                "log_bin_compress",
                "OFF",
                "SET GLOBAL log_bin_compress = OFF, and in the server's configuration");
        expect(
                ofTheLog,
                "gtid_strict_mode",
                "ON",
                "SET GLOBAL gtid_strict_mode = ON, and in the server's configuration");
        expect(
                ofTheLog,
                "binlog_alter_two_phase",
                "OFF",
                "SET GLOBAL binlog_alter_two_phase = OFF, and in the server's configuration: Debezium reads each ALTER twice; if a mapped table was altered meanwhile, resync");
        var kept = variable("binlog_expire_logs_seconds");
        if (!kept.isEmpty() && Long.parseLong(kept) > 0 && Long.parseLong(kept) < KEPT_SECONDS_MIN) {
            others.add("binlog_expire_logs_seconds: " + kept + " (expected: 0, or at least " + KEPT_SECONDS_MIN
                    + "; what is deleted before the bridge has read it is lost)");
        }
    }

    private void role(long appliedLogs) {
        expect(others, "read_only", "OFF", "the server that legacy writes to; the bridge changes a row of its own");
        if (appliedLogs > 0 && !isOwn(variable("gtid_current_pos"))) {
            others.add("Slaves_running: " + appliedLogs
                    + ", and its last transaction is another server's (expected: the server that legacy writes to; a replica stops"
                    + " replicating at what the bridge writes)");
        }
        if (variable("wsrep_on").equals("ON") && !variable("wsrep_provider").equals("none")) {
            others.add(
                    "wsrep_on: ON (expected: OFF; the nodes of a Galera cluster number their transactions differently, and which"
                            + " of them a connection meets cannot be told)");
        }
    }

    /** True when one of {@code gtids}, the last of each domain, is of a transaction that began here. */
    private boolean isOwn(String gtids) {
        return List.of(gtids.split(",", -1)).stream()
                .map(gtid -> gtid.split("-", -1))
                .anyMatch(parts -> parts.length == 3 && parts[1].equals(variable("server_id")));
    }

    private void own(long serverId, TimeZone zone) {
        if (!zone.hasSameRules(TimeZone.getTimeZone("UTC"))) {
            others.add("the bridge's time zone: " + zone.getID()
                    + " (expected: UTC, with -Duser.timezone=UTC; a backfill would read local times by its rules)");
        }
        if (variable("server_id").equals(Long.toString(serverId))) {
            others.add("source.serverId: " + serverId
                    + " (expected: a number that neither the server nor any replica of it has)");
        }
    }

    private void expect(List<String> obstacles, String variable, String expected, String how) {
        var found = variable(variable);
        if (!found.equals(expected) && !(found.isEmpty() && expected.equals("OFF"))) {
            obstacles.add(variable + ": " + found + " (expected: " + expected + "; " + how + ")");
        }
    }

    private String variable(String name) {
        return variables.getOrDefault(name, "");
    }
}
