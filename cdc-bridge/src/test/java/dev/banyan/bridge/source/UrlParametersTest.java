package dev.banyan.bridge.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.engine.EngineSockets;
import dev.banyan.bridge.run.Servers;
import io.debezium.config.Configuration;
import io.debezium.connector.postgresql.PostgresConnectorConfig;
import io.debezium.connector.postgresql.connection.PostgresConnection;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What holds for the bridge's own connections holds for Debezium's, too, or is refused. */
class UrlParametersTest {

    private static Properties settings(String url) {
        return new Source(url, "user", "secret", "slot", "publication", false, List.of())
                .engineSettings("tls", Duration.ofSeconds(1), 1 << 20)
                .properties();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    postgresql://h/db?sslmode=verify-full&sslrootcert=/a%20b.pem | sslmode=verify-full sslrootcert=/a b.pem
                    postgresql://h/db?sslcert=/c&sslkey=/k&sslpassword=p         | sslcert=/c sslkey=/k sslpassword=p
                    postgresql://h/db?                                           | ''
                    postgresql://h/db?channelBinding=require                     | channelBinding=require
                    postgresql://h/db?ApplicationName=a&connectTimeout=5&sslmode=require | sslmode=require
                    mariadb://h/db?sslMode=verify-ca&trustStore=/t&trustStorePassword=a%20b | ssl.mode=verify-ca ssl.truststore=/t ssl.truststore.password=a%20b
                    mariadb://h/db?keyStore=/k&keyStorePassword=p                | ssl.keystore=/k ssl.keystore.password=p
                    """)
    void debeziumIsToldAllOfThem(String url, String told) {
        var settings = settings("jdbc:" + url);

        assertThat(settings.stringPropertyNames().stream()
                        .filter(name -> name.startsWith("database.ssl") || name.equals("driver.channelBinding"))
                        .sorted()
                        .map(name -> name.substring(name.indexOf('.') + 1) + "=" + settings.getProperty(name))
                        .collect(Collectors.joining(" ")))
                .isEqualTo(told);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    postgresql://h/db?currentSchema=x     | parameter 'currentSchema' (expected: none but channelBinding, requireAuth, sslNegotiation, sslcert, sslfactory, sslhostnameverifier, sslkey, sslmode, sslpassword, sslrootcert)
                    postgresql://h/db?ssl=true            | parameter 'ssl' (expected: sslmode=verify-full, which is what it means)
                    postgresql://h/db?ssl                 | parameter 'ssl' (expected: sslmode=verify-full, which is what it means)
                    postgresql://h/db?sslmode=yes         | sslmode=yes (expected: disable, allow, prefer, require, verify-ca, verify-full)
                    postgresql://h/db?sslcert=a&sslcert=b | parameter 'sslcert' twice (expected: once)
                    postgresql://h/db?password=hidden     | parameter 'password' (expected: source.password, or source.passwordFile)
                    mariadb://h/db?sslMode=REQUIRED       | sslMode=REQUIRED (expected: disable, trust, verify-ca, verify-full)
                    mariadb://h/db?sslmode=trust          | parameter 'sslmode' (expected: none but keyStore, keyStorePassword, sslMode, trustStore, trustStorePassword)
                    mariadb://h/db?trustStore=file:///t   | parameter 'trustStore' with a ':' (expected: the path of a file)
                    """)
    void whatCannotBePassedOnIsRefused(String url, String problem) {
        assertThatThrownBy(() -> settings("jdbc:" + url)).hasMessage("source.jdbcUrl: " + problem);
    }

    @Test
    void debeziumsConnectionsAreNoneWithoutTheTlsThatIsAskedFor() {
        var url = Servers.postgres().jdbcUrl("postgres") + "?sslmode=verify-full"; // a server without TLS
        var config = new PostgresConnectorConfig(Configuration.from(settings(url)));
        EngineSockets.open("tls");

        assertThatThrownBy(() -> {
                    try (var connection = new PostgresConnection(config.getJdbcConfig(), "test")) {
                        connection.connect();
                    }
                })
                .hasStackTraceContaining("The server does not support SSL");
    }
}
