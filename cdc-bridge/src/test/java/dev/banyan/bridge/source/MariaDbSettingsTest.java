package dev.banyan.bridge.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.TimeZone;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MariaDbSettingsTest {

    private static final Map<String, String> FIT = Map.of(
            "version", "11.4.3-MariaDB-log",
            "log_bin", "ON",
            "binlog_format", "ROW",
            "binlog_row_image", "FULL",
            "gtid_strict_mode", "ON",
            "read_only", "OFF",
            "server_id", "1",
            "gtid_current_pos", "0-1-17");

    private static MariaDbSettings judged(Map<String, String> variables, long appliedLogs) {
        return MariaDbSettings.of(variables, appliedLogs, 7, TimeZone.getTimeZone("UTC"));
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            log_bin_compress,           ON,            for good
            log_bin,                    OFF,           for good
            binlog_format,              MIXED,         for good
            binlog_row_image,           MINIMAL,       for good
            gtid_strict_mode,           OFF,           log
            binlog_alter_two_phase,     ON,            log
            version,                    10.5.1-MariaDB,log
            read_only,                  ON,            other
            wsrep_on,                   ON,            other
            binlog_expire_logs_seconds, 3600,          other
            server_id,                  7,             other
            binlog_alter_two_phase,     OFF,           none
            wsrep_on,                   OFF,           none
            version,                    10.6.1-MariaDB,none
            """)
    void whatLosesNothingIsKeptApartFromWhatTheLogLacksRowsFor(String variable, String value, String kind) {
        var variables = new HashMap<>(FIT);
        variables.put(variable, value);
        var settings = judged(variables, 0);
        assertThat(settings.leavingOut()).hasSize(kind.equals("for good") ? 1 : 0);
        assertThat(settings.ofTheLog()).hasSize(kind.equals("log") ? 1 : 0);
        assertThat(settings.others()).hasSize(kind.equals("other") ? 1 : 0);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            10.6.1-MariaDB,      false
            11.4.9-MariaDB-log,  false
            11.8.2-MariaDB,      true
            12.0.1-MariaDB,      true
            """)
    void versionsThatTheBridgeIsNotTestedWithAreKnown(String version, boolean isUntested) {
        assertThat(MariaDbSettings.isUntested(version)).isEqualTo(isUntested);
    }

    @Test
    void aServerOfAClusterWithoutAProviderIsNone() {
        var variables = new HashMap<>(FIT);
        variables.putAll(Map.of("wsrep_on", "ON", "wsrep_provider", "none"));
        assertThat(judged(variables, 0).others()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            0, 0-2-17,        false
            1, 0-1-17,        false
            1, '0-2-17,3-1-5',false
            1, 0-2-17,        true
            1, '',            true
            """)
    void aReplicaIsWhoAppliesAnothersLogAndWroteNothingSince(long appliedLogs, String last, boolean isRefused) {
        var variables = new HashMap<>(FIT);
        variables.put("gtid_current_pos", last);
        assertThat(judged(variables, appliedLogs).others()).hasSize(isRefused ? 1 : 0);
    }
}
