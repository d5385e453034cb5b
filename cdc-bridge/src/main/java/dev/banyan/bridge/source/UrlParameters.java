package dev.banyan.bridge.source;

import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.engine.EngineSettings;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What stands behind the question mark of a source's URL: what holds for every connection to that database, Debezium's too, which are made of
 * other settings, and what changes neither whom they talk to nor what they say. All others are refused: one that held for the bridge's own
 * connections alone would let {@code doctor} say what is not so.
 */
public final class UrlParameters {

    /** What the drivers and Debezium both know; drivers take more words for some of these. */
    private static final Map<String, List<String>> WORDS = Map.of(
            "sslmode",
            List.of("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
            "sslMode",
            List.of("disable", "trust", "verify-ca", "verify-full"));

    /** What may hold for the bridge's own connections alone: Debezium has its own. */
    private static final Set<String> OWN = Set.of("ApplicationName", "connectTimeout", "loginTimeout", "tcpKeepAlive");

    private static final Map<String, String> INSTEAD = Map.of(
            "user",
            "source.user",
            "password",
            "source.password, or source.passwordFile",
            "ssl",
            "sslmode=verify-full, which is what it means",
            "useSsl",
            "sslMode=verify-full",
            "serverSslCert",
            "trustStore=PATH with trustStorePassword=PASSWORD, where keytool -importcert has put that certificate");

    /** What was found that cannot be used, without its value, and what would do. */
    public record Problem(String found, String expected) {
        @Override
        public String toString() {
            return found + " (expected: " + expected + ")";
        }
    }

    private UrlParameters() {}

    /** What is wrong with the parameters of {@code jdbcUrl}; of several, the first. */
    public static Optional<Problem> problem(String jdbcUrl) {
        var dbms = Source.dbms(jdbcUrl);
        var known = EngineSettings.parametersOf(dbms);
        var seen = new HashMap<String, String>();
        for (var part : parts(jdbcUrl)) {
            var name = part[0];
            var value = part[1];
            if (!known.contains(name) && !OWN.contains(name)) {
                return Optional.of(new Problem(
                        "parameter '" + name + "'",
                        INSTEAD.getOrDefault(name, "none but " + String.join(", ", known))));
            }
            if (seen.put(name, value) != null) {
                return Optional.of(new Problem("parameter '" + name + "' twice", "once"));
            }
            var words = WORDS.getOrDefault(name, List.of());
            if (!words.isEmpty() && !words.contains(value)) {
                return Optional.of(new Problem(name + "=" + value, String.join(", ", words)));
            }
            if (dbms == Dbms.MARIADB && name.endsWith("Store") && value.contains(":")) {
                return Optional.of(new Problem("parameter '" + name + "' with a ':'", "the path of a file"));
            }
        }
        return Optional.empty();
    }

    /** The parameters of {@code jdbcUrl}, which has no {@link #problem}, that hold for Debezium too, by the driver's names. */
    static Map<String, String> of(String jdbcUrl) {
        var values = new HashMap<String, String>();
        parts(jdbcUrl).forEach(part -> values.put(part[0], part[1]));
        values.keySet().removeAll(OWN);
        return values;
    }

    /** Name and value of each; as the drivers do, PostgreSQL's percent-decoded and MariaDB's not. */
    private static List<String[]> parts(String jdbcUrl) {
        var begin = jdbcUrl.indexOf('?');
        if (begin < 0) {
            return List.of();
        }
        var decodes = Source.dbms(jdbcUrl) == Dbms.POSTGRESQL;
        return List.of(jdbcUrl.substring(begin + 1).split("&")).stream()
                .filter(part -> !part.isEmpty())
                .map(part -> {
                    var equals = part.indexOf('=');
                    var value = equals < 0 ? "" : part.substring(equals + 1);
                    return new String[] {equals < 0 ? part : part.substring(0, equals), decodes ? decoded(value) : value
                    };
                })
                .toList();
    }

    private static String decoded(String value) {
        try {
            return URLDecoder.decode(value, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return value; // the driver then refuses the whole URL
        }
    }
}
