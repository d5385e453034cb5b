package dev.banyan.gateway;

import dev.banyan.gateway.edge.Patience;
import dev.banyan.gateway.http.Origin;
import dev.banyan.gateway.http.TrustedPeers;
import dev.banyan.gateway.http2.Http2Limits;
import dev.banyan.gateway.live.RulesLocation;
import dev.banyan.gateway.live.RulesSource;
import dev.banyan.gateway.store.StoreLocation;
import dev.banyan.gateway.tls.PemFiles;
import dev.banyan.rules.Backend;
import dev.banyan.rules.RulesException;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The gateway's command line. */
@Command(
        name = "gateway",
        mixinStandardHelpOptions = true,
        version = "banyan 0.1",
        sortOptions = false,
        description = "Puts a gateway in front of an application. Without rules every request goes to it as before.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:stopped as asked", "1:failed", "2:wrong usage"})
final class GatewayCommand implements Callable<Integer> {

    private static final int DNS_PORT = 53;
    private static final String STORE_PASSWORD = "BANYAN_STORE_PASSWORD";

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    CommandSpec spec;

    @Option(names = "--legacy", paramLabel = "URL", description = "the application, http or https")
    @Nullable
    URI legacy;

    @Option(
            names = "--legacy-host",
            paramLabel = "HOST",
            description = "Host header the application expects (default: the client's)")
    @Nullable
    String legacyHost;

    @Option(
            names = "--rules",
            paramLabel = "DIR|URL",
            description =
                    "folder with *.yaml rules, read again on every save; or one rule file at an http(s) address; or all"
                            + " *.yaml under s3://BUCKET/PREFIX; or"
                            + " store: for the last version that was pushed into the control store")
    @Nullable
    String rules;

    @Option(
            names = "--rules-poll",
            paramLabel = "SECONDS",
            defaultValue = "0.5",
            description = "how often to ask for rules that are not in a folder (default: ${DEFAULT-VALUE})")
    double rulesPoll;

    @Option(
            names = "--rules-secret-file",
            paramLabel = "FILE",
            description = "holds the bearer token for rules at an https address")
    @Nullable
    Path rulesSecret;

    @Option(
            names = "--store",
            paramLabel = "URL",
            description = "jdbc:postgresql://HOST/DATABASE, where several gateways remember together what they do"
                    + " (default: a file in the run folder, when something needs it)")
    @Nullable
    String store;

    @Option(names = "--store-user", paramLabel = "NAME", description = "who this gateway is at --store")
    @Nullable
    String storeUser;

    @Option(
            names = "--store-password-file",
            paramLabel = "FILE",
            description = "holds that user's password (default: the environment variable " + STORE_PASSWORD + ")")
    @Nullable
    Path storePassword;

    @Option(
            names = "--webhook",
            paramLabel = "URL",
            description = "is told of every move of a route, as JSON by POST; repeatable")
    List<URI> webhooks = new ArrayList<>();

    @Option(names = "--backend", paramLabel = "NAME=URL", description = "where a backend of the rules is; repeatable")
    Map<String, URI> backends = new LinkedHashMap<>();

    @Option(
            names = "--address",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description = "listen here (default: ${DEFAULT-VALUE}; 0.0.0.0 is every interface)")
    String address = "127.0.0.1";

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "8080",
            description = "port for requests (default: ${DEFAULT-VALUE}; 0 is a free one)")
    int port;

    @Option(
            names = "--http2-port",
            paramLabel = "N",
            description = "one more port for requests, for clients that speak HTTP/2 without TLS and without asking"
                    + " (default: none; 0 is a free one)")
    @Nullable
    Integer http2Port;

    @Option(
            names = "--http2-streams",
            paramLabel = "N",
            defaultValue = "100",
            description = "requests in flight at once on one HTTP/2 connection (default: ${DEFAULT-VALUE})")
    int http2Streams;

    @Option(names = "--http1-only", description = "offer clients that come by TLS HTTP/1.1 alone")
    boolean http1Only;

    @Option(
            names = "--admin-port",
            paramLabel = "N",
            defaultValue = "9080",
            description = "port of the admin API, on loopback only (default: ${DEFAULT-VALUE})")
    int adminPort;

    @Option(
            names = "--run-dir",
            paramLabel = "DIR",
            defaultValue = ".banyan/gateway",
            description = "keeps admin.token and gateway.json (default: ${DEFAULT-VALUE})")
    Path runFolder = Path.of(".banyan/gateway");

    @Option(
            names = "--public-origin",
            paramLabel = "URL",
            description = "what people type, for example https://shop.example.com")
    @Nullable
    URI publicOrigin;

    @Option(
            names = "--tls-cert",
            paramLabel = "FILE",
            description = "PEM certificate chain: serve https; followed while it changes")
    @Nullable
    Path certificate;

    @Option(names = "--tls-key", paramLabel = "FILE", description = "PEM private key of --tls-cert")
    @Nullable
    Path key;

    @Option(
            names = "--backend-ca",
            paramLabel = "FILE",
            description = "PEM authorities trusted for https backends (default: the JDK's)")
    @Nullable
    Path backendTrust;

    @Option(
            names = "--dns",
            paramLabel = "ADDRESS[:PORT]",
            description = "name server to ask where backends are (default: those of the system)")
    @Nullable
    String dns;

    @Option(
            names = "--trusted-proxy",
            paramLabel = "CIDR",
            description = "network whose X-Forwarded-* headers are believed; repeatable")
    List<String> trustedProxies = List.of();

    @Option(names = "--reveal", description = "say on each reply which route and backend it came by")
    boolean reveal;

    @Option(
            names = "--chain-only",
            description = "serve every request by the filter chain: slower; tells whether the lean path is to blame")
    boolean chainOnly;

    @Option(
            names = "--transport",
            paramLabel = "WORD",
            defaultValue = "auto",
            description =
                    "how to wait for connections: io_uring, epoll or nio (default: ${DEFAULT-VALUE}, the first of them"
                            + " that this machine has)")
    String transport = "auto";

    @Option(
            names = "--drain",
            paramLabel = "SECONDS",
            defaultValue = "20",
            description = "how long a stop waits for calls in flight (default: ${DEFAULT-VALUE})")
    int drainSeconds;

    @Option(
            names = "--client-head-timeout",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "how long a client may take to send a request's head (default: ${DEFAULT-VALUE})")
    double headSeconds;

    @Option(
            names = "--client-idle-timeout",
            paramLabel = "SECONDS",
            defaultValue = "65",
            description = "how long a client's connection may lie idle between requests (default: ${DEFAULT-VALUE})")
    double idleSeconds;

    @Option(
            names = "--client-stall-timeout",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "how long a client may send nothing of its upload, or take nothing of a reply"
                    + " (default: ${DEFAULT-VALUE})")
    double stallSeconds;

    @Option(
            names = "--client-min-rate",
            paramLabel = "BYTES",
            defaultValue = "240",
            description = "what an upload that is waited for, or a reply that waits to be taken, must bring a second,"
                    + " over the time of --client-stall-timeout; 0 for no limit (default: ${DEFAULT-VALUE})")
    int minRate;

    /** Runs until told to stop and returns the exit code. */
    static int run(String... args) {
        return new CommandLine(new GatewayCommand()).execute(args);
    }

    /** Runs as above; what people read goes to {@code out} and {@code err}. */
    static int run(PrintWriter out, PrintWriter err, String... args) {
        return new CommandLine(new GatewayCommand()).setOut(out).setErr(err).execute(args);
    }

    /** Returns the settings that {@code args} ask for; throws {@link ParameterException} for wrong usage. */
    static GatewaySettings parse(String... args) {
        var command = new GatewayCommand();
        new CommandLine(command).parseArgs(args);
        return command.settings();
    }

    @Override
    public Integer call() throws InterruptedException {
        GatewaySettings settings = settings();
        try (Gateway gateway = Gateway.start(settings)) {
            var stopped = new CountDownLatch(1);
            var main = Thread.currentThread();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                stopped.countDown();
                join(main, settings.drain().plusSeconds(10));
            }));
            PrintWriter out = spec.commandLine().getOut();
            out.println("READY gateway port=" + gateway.port() + " admin=" + gateway.adminPort()
                    + (gateway.http2Port() == null ? "" : " http2=" + gateway.http2Port()));
            out.flush();
            stopped.await();
            return 0;
        } catch (RulesException e) {
            e.problems().forEach(this::complain);
            complain("gateway: the rules cannot be used");
        } catch (IOException | RuntimeException e) {
            complain("gateway: " + e.getMessage());
        }
        return 1;
    }

    private void complain(Object line) {
        PrintWriter err = spec.commandLine().getErr();
        err.println(line);
        err.flush();
    }

    private static void join(Thread main, Duration atMost) {
        try {
            main.join(atMost);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private GatewaySettings settings() {
        if (legacy == null && rules == null) {
            throw wrong("--legacy: missing (expected: the URL of the application, or --rules with a baseline)");
        }
        if (legacy != null) {
            requireBackendUrl("--legacy", legacy);
        }
        backends.forEach((name, url) -> requireBackendUrl("--backend " + name, url));
        if (rules == null && !backends.isEmpty()) {
            throw wrong("--backend: needs --rules (expected: rules that name " + backends.keySet() + ")");
        }
        RulesLocation remote = remoteRules();
        if (rules != null && remote == null && !Files.isDirectory(Path.of(rules))) {
            throw wrong("--rules: " + rules + " (expected: a folder, an http(s) or s3 address, or store:)");
        }
        requireFile("--rules-secret-file", rulesSecret);
        requirePort("--port", port);
        requirePort("--admin-port", adminPort);
        if (port != 0 && port == adminPort) {
            throw wrong("--admin-port: " + port + " (expected: another one than --port)");
        }
        GatewaySettings.Http2 http2 = http2();
        if ((certificate == null) != (key == null)) {
            throw wrong("--tls-cert and --tls-key: only one is given (expected: both or none)");
        }
        requireFile("--tls-cert", certificate);
        requireFile("--tls-key", key);
        requireFile("--backend-ca", backendTrust);
        if (drainSeconds < 0 || drainSeconds > 3600) {
            throw wrong("--drain: " + drainSeconds + " (expected: 0..3600)");
        }
        return new GatewaySettings(
                new RulesSource(
                        remote != null ? runFolder.resolve("source-rules") : rules == null ? null : Path.of(rules),
                        remote,
                        legacy,
                        backends),
                address,
                port,
                adminPort,
                http2,
                runFolder,
                legacyHost,
                publicOrigin == null ? null : origin(publicOrigin),
                certificate == null || key == null ? null : new PemFiles(certificate, key),
                backendTrust,
                nameServer(),
                trusted(),
                reveal,
                chainOnly,
                transport(),
                patience(),
                storeLocation(),
                checkedWebhooks(),
                Duration.ofSeconds(drainSeconds));
    }

    private GatewaySettings.Http2 http2() {
        if (http2Port != null) {
            requirePort("--http2-port", http2Port);
            if (http2Port != 0 && (http2Port == port || http2Port == adminPort)) {
                throw wrong("--http2-port: " + http2Port + " (expected: another one than --port and --admin-port)");
            }
        }
        try {
            var limits = new Http2Limits(
                    http2Streams, GatewaySettings.HEAD_BYTES_MAX, GatewaySettings.REQUEST_LINE_BYTES_MAX);
            return new GatewaySettings.Http2(http2Port, !http1Only, limits);
        } catch (IllegalArgumentException e) {
            throw wrong("--http2-" + e.getMessage());
        }
    }

    private List<URI> checkedWebhooks() {
        for (URI url : webhooks) {
            if (url.getHost() == null || !List.of("http", "https").contains(String.valueOf(url.getScheme()))) {
                throw wrong("--webhook: " + url + " (expected: http://HOST/PATH or https://HOST/PATH)");
            }
        }
        return webhooks;
    }

    private StoreLocation storeLocation() {
        requireFile("--store-password-file", storePassword);
        if (store == null) {
            return StoreLocation.inFolder(runFolder);
        }
        try {
            return StoreLocation.postgresql(store, storeUser, storePassword, System.getenv(STORE_PASSWORD));
        } catch (IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage()));
        }
    }

    private @Nullable RulesLocation remoteRules() {
        if (rules == null || !RulesLocation.isOne(rules)) {
            return null;
        }
        try {
            return RulesLocation.of(rules, rulesSecret, seconds(rulesPoll), storeLocation());
        } catch (IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage()));
        }
    }

    private Origin origin(URI url) {
        try {
            return Origin.of(url);
        } catch (IllegalArgumentException e) {
            throw wrong("--public-origin: " + e.getMessage());
        }
    }

    private Patience patience() {
        try {
            return new Patience(seconds(headSeconds), seconds(idleSeconds), seconds(stallSeconds), minRate);
        } catch (IllegalArgumentException e) {
            String what = String.valueOf(e.getMessage());
            throw wrong("--client-" + (what.startsWith("min-rate") ? what : what.replaceFirst(":", "-timeout:")));
        }
    }

    private Transport transport() {
        try {
            return Transport.of(transport);
        } catch (IllegalArgumentException e) {
            throw wrong("--transport: " + e.getMessage());
        }
    }

    private static Duration seconds(double value) {
        return Duration.ofMillis(Math.round(value * 1000));
    }

    private @Nullable InetSocketAddress nameServer() {
        if (dns == null) {
            return null;
        }
        try {
            Origin at = Origin.ofHost("dns", dns);
            String bare = at.host().replaceAll("[\\[\\]]", "");
            return new InetSocketAddress(InetAddress.ofLiteral(bare), at.port() > 0 ? at.port() : DNS_PORT);
        } catch (IllegalArgumentException e) {
            throw wrong("--dns: " + dns + " (expected: an address such as 10.0.0.2 or 10.0.0.2:8600)");
        }
    }

    private TrustedPeers trusted() {
        try {
            return TrustedPeers.of(trustedProxies);
        } catch (IllegalArgumentException e) {
            throw wrong("--trusted-proxy: " + e.getMessage());
        }
    }

    private void requireBackendUrl(String option, URI url) {
        try {
            Backend.candidate("any", url);
        } catch (IllegalArgumentException e) {
            throw wrong(option + ": " + e.getMessage());
        }
    }

    private void requirePort(String option, int value) {
        if (value < 0 || value > 65_535) {
            throw wrong(option + ": " + value + " (expected: 0..65535)");
        }
    }

    private void requireFile(String option, @Nullable Path file) {
        if (file != null && !Files.isReadable(file)) {
            throw wrong(option + ": " + file + " (expected: a readable file)");
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
