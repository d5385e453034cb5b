package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a person gets who starts the gateway wrongly. */
class CommandLineTest {

    @TempDir
    static Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... args) {
        return GatewayCommand.run(new PrintWriter(out), new PrintWriter(err), args);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    --port 0                                     | --legacy: missing
                    --legacy ftp://a                             | --legacy
                    --legacy http://a/path                       | --legacy
                    --legacy http://a --port 70000               | --port: 70000 (expected: 0..65535)
                    --legacy http://a --port eighty              | eighty
                    --legacy http://a --port 81 --admin-port 81  | --admin-port: 81
                    --legacy http://a --rules /no/such/folder    | --rules: /no/such/folder (expected: a folder,
                    --rules http:rules.yaml --port 0             | --rules: http:rules.yaml (expected: a folder
                    --rules http://me@a/rules.yaml               | --rules: http://...@a/rules.yaml
                    --rules s3://B/rules --port 0                | --rules: s3://B/rules (expected: s3://BUCKET/PREFIX)
                    --rules store: --rules-secret-file x         | --rules-secret-file: is not for the control store
                    --rules http://a/r.yaml --rules-poll 0       | --rules-poll: 0.0 s (expected: 0.05..3600 seconds)
                    --rules http://a/r.yaml --rules-secret-file x | --rules-secret-file: would be sent in the clear
                    --legacy http://a --backend new=http://b     | --backend: needs --rules
                    --legacy http://a --tls-cert /no/such        | only one is given
                    --legacy http://a --backend-ca /no/such      | --backend-ca: /no/such (expected: a readable file)
                    --legacy http://a --store jdbc:h2:mem:x      | --store: jdbc:h2:mem:x (expected: jdbc:postgresql:
                    --legacy http://a --store jdbc:postgresql://h/d?password=x | --store: has a user or password in it
                    --legacy http://a --store-password-file /no  | --store-password-file: /no (expected: a readable file)
                    --legacy http://a --dns ns.internal          | --dns: ns.internal (expected: an address such as
                    --legacy http://a --dns 10.0.0.2:            | --dns: 10.0.0.2: (expected: an address such as
                    --legacy http://a --dns 10.0.0.2:65536       | --dns: 10.0.0.2:65536 (expected: an address such as
                    --legacy http://a --webhook https://my_host/SECRET | --webhook: number 1 is no URL of a host
                    --legacy http://a --webhook https://a/b --webhook h^ttp://a/SECRET | --webhook: number 2 is no URL of a host
                    --legacy http://a --drain -1                 | --drain: -1
                    --legacy http://a --unready 3601             | --unready: 3601 (expected: 0..3600)
                    --legacy http://a --public-origin shop       | --public-origin
                    --legacy http://a --absolute-form http://a   | --absolute-form: http://a (expected: a host, or host:port)
                    --legacy http://a --trusted-proxy 10.0.0.0/x | --trusted-proxy
                    --legacy http://a --proxy-header X_User      | --proxy-header: 'X_User' (expected: the name of a header
                    --legacy http://a --proxy-header Host        | --proxy-header: Host (expected: a header that says something of the client
                    --legacy http://a --client-head-timeout 0    | --client-head-timeout: 0.0 s (expected: 0.1..3600 seconds)
                    --legacy http://a --client-stall-timeout 1e9 | --client-stall-timeout
                    --legacy http://a --http2-port 70000         | --http2-port: 70000 (expected: 0..65535)
                    --legacy http://a --port 81 --http2-port 81  | --http2-port: 81 (expected: another one
                    --legacy http://a --http2-streams 0          | --http2-streams: 0 (expected: 1..1000)
                    --legacy http://a --no-such-option           | --no-such-option
                    """)
    void wrongUsageIsSaidInOneLineAndExits2(String line, String complaint) {
        assertThat(run(line.split(" ", -1))).isEqualTo(2);
        assertThat(err.toString())
                .contains(complaint)
                .contains("Usage: gateway")
                .doesNotContain("Exception", "SECRET");
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.2, 10.0.0.2, 53",
        "10.0.0.2:8600, 10.0.0.2, 8600",
        "2001:db8::53, 2001:db8::53, 53",
        "::1, ::1, 53",
        "fe80::1:2:3:4:5:53, fe80::1:2:3:4:5:53, 53",
        "[2001:db8::1], 2001:db8::1, 53",
        "[2001:db8::1]:8600, 2001:db8::1, 8600",
    })
    void aNameServerIsAnAddressAndPerhapsAPort(String said, String address, int port) {
        assertThat(GatewayCommand.parse("--legacy", "http://a", "--dns", said).nameServer())
                .isEqualTo(new InetSocketAddress(InetAddress.ofLiteral(address), port));
    }

    @Test
    void helpNamesEveryOptionAndExits0() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString().replaceAll("\\s+", " "))
                .contains("--legacy=URL", "--client-idle-timeout", "Exit codes:", "default: 9080");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void aPortInUseIsNamedAndExits1() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());
            assertThat(fails("--port", port, "--admin-port", "0"))
                    .contains(port)
                    .contains("--port");
            assertThat(fails("--port", "0", "--admin-port", port))
                    .contains(port)
                    .contains("--admin-port");
        }
    }

    @Test
    void certificatesThatAreNoneAreNamedAndExit1() throws Exception {
        Path none = Files.writeString(folder.resolve("none.pem"), "none");
        String[] ports = {"--port", "0", "--admin-port", "0"};
        assertThat(fails(concat(ports, "--tls-cert", none.toString(), "--tls-key", none.toString())))
                .contains("none.pem");
        assertThat(fails(concat(ports, "--backend-ca", none.toString()))).contains("none.pem");
    }

    @Test
    void aTokenThatOthersCanReadIsRefused() throws Exception {
        Path run = Files.createDirectories(folder.resolve("open"));
        Path token = Files.writeString(run.resolve("admin.token"), "x".repeat(40));
        Files.setPosixFilePermissions(token, java.nio.file.attribute.PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(fails("--port", "0", "--admin-port", "0", "--run-dir", run.toString()))
                .contains("admin.token: rw-r--r-- (expected: rw-------)");
    }

    @Test
    void aRunFolderIsOneGatewaysUntilThatStopsOrIsKilled() throws Exception {
        Path run = folder.resolve("run");
        String[] options = {"--port", "0", "--admin-port", "0"};
        List<String> legacy = List.of("--legacy", "http://127.0.0.1:1");
        try (var first = GatewayProcess.start(folder, List.of(), List.of(), legacy)) {
            assertThat(fails(options))
                    .contains("--run-dir: " + run + ": another gateway runs with it, process "
                            + first.process().pid() + " (");
            assertThat(first.said()).containsOnlyOnce(" in effect: http on 127.0.0.1, ");
            Files.writeString(run.resolve("gateway.json"), "{");
            assertThat(fails(options)).contains("--run-dir: " + run + ": another gateway runs with it (");
        } // which kills it
        String[] here = concat(options, "--run-dir", run.toString(), "--legacy", "http://127.0.0.1:1");
        try (var next = Gateway.start(GatewayCommand.parse(here))) {
            assertThat(run.resolve("gateway.json")).content().contains(": " + next.adminPort());
            assertThat(fails(options)).contains("another gateway runs with it");
        }
        assertThat(run.resolve("gateway.json")).doesNotExist();
    }

    @Test
    void whatIsInEffectIsSaidWithWhatNobodyHasSaid() throws Exception {
        assertThat(InEffect.of(GatewayCommand.parse("--legacy", "http://a", "--transport", "nio")))
                .isEqualTo(
                        "in effect: http on 127.0.0.1, HTTP/2 without TLS off, 100 streams; of clients a head within 10 s,"
                                + " of 8192 and 32768 bytes, idle 65 s, stalled 60 s, at least 240 bytes/s; trusted proxies none;"
                                + " public origin as asked; authorities of backends the JDK's; transport nio;"
                                + " at a stop unready 0 s, drain 20 s");
        String pem = Files.writeString(folder.resolve("any.pem"), "any").toString();
        String[] all = ("--legacy http://a --address 0.0.0.0 --tls-cert " + pem + " --tls-key " + pem
                        + " --http2-port 0 --http2-streams 7 --client-head-timeout 0.25 --client-idle-timeout 5"
                        + " --client-stall-timeout 6 --client-min-rate 0 --trusted-proxy 10.0.0.0/8 --trusted-proxy ::1"
                        + " --public-origin https://shop.test --backend-ca " + pem
                        + " --transport nio --chain-only --unready 3 --drain 4")
                .split(" ", -1);
        assertThat(InEffect.of(GatewayCommand.parse(all)))
                .isEqualTo("in effect: https by " + pem + " with HTTP/2 on 0.0.0.0, HTTP/2 without TLS on, 7 streams;"
                        + " of clients a head within 0.25 s, of 8192 and 32768 bytes, idle 5 s, stalled 6 s,"
                        + " at least 0 bytes/s; trusted proxies 10.0.0.0/8 0:0:0:0:0:0:0:1/128;"
                        + " public origin https://shop.test; authorities of backends " + pem
                        + "; transport nio, filter chain only; at a stop unready 3 s, drain 4 s");
        assertThat(InEffect.of(GatewayCommand.parse(concat(all, "--http1-only"))))
                .contains(" without HTTP/2 on 0.0.0.0");
    }

    private static String[] concat(String[] first, String... more) {
        var all = new ArrayList<>(List.of(first));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    /** Starts with a command line that fails, and returns the one line that says why. */
    private String fails(String... options) {
        err.getBuffer().setLength(0);
        String[] all = concat(options, "--legacy", "http://127.0.0.1:1");
        if (!List.of(options).contains("--run-dir")) {
            all = concat(all, "--run-dir", folder.resolve("run").toString());
        }
        int exit = run(all);
        assertThat(exit).as(err.toString()).isEqualTo(1);
        assertThat(err.toString())
                .startsWith("gateway: ")
                .doesNotContain("Exception")
                .hasLineCount(1);
        return err.toString();
    }
}
