package dev.banyan.gateway;

import dev.banyan.gateway.http.Origin;
import dev.banyan.gateway.http.ProxyHeaders;
import dev.banyan.gateway.http.TrustedPeers;
import dev.banyan.gateway.store.StoreLocation;
import dev.banyan.gateway.tls.PemFiles;
import dev.banyan.rules.RulesException;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The gateway's command line. */
@Command(
        name = "gateway",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Puts a gateway in front of an application. Without rules every request goes to it as before.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:stopped as asked", "1:failed", "2:wrong usage"})
final class GatewayCommand implements Callable<Integer> {

    private static final int DNS_PORT = 53;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    CommandSpec spec;

    @Mixin
    RulesOptions rules = new RulesOptions();

    @Option(
            names = "--legacy-host",
            paramLabel = "HOST",
            description = "Host header the application expects (default: the client's)")
    @Nullable
    String legacyHost;

    @Mixin
    StoreOptions store = new StoreOptions();

    @Option(
            names = "--webhook",
            paramLabel = "URL",
            description = "is told of every move of a route, as JSON by POST; repeatable")
    List<String> webhooks = new ArrayList<>();

    @Mixin
    PortOptions ports = new PortOptions();

    @Option(
            names = "--run-dir",
            paramLabel = "DIR",
            defaultValue = ".banyan/gateway",
            description = "keeps admin.token and gateway.json; one gateway's at a time (default: ${DEFAULT-VALUE})")
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

    @Option(
            names = "--proxy-header",
            paramLabel = "NAME",
            description = "header that only trusted proxies may send, beside the usual ones; repeatable")
    List<String> proxyHeaders = List.of();

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

    @Mixin
    StopOptions stop = new StopOptions();

    @Mixin
    ClientOptions clients = new ClientOptions();

    /** Runs until told to stop and returns the exit code. */
    static int run(String... args) {
        return commandLine().execute(args);
    }

    /** Runs as above; what people read goes to {@code out} and {@code err}. */
    static int run(PrintWriter out, PrintWriter err, String... args) {
        return commandLine().setOut(out).setErr(err).execute(args);
    }

    private static CommandLine commandLine() {
        var commandLine = new CommandLine(new GatewayCommand());
        var version = GatewayCommand.class.getPackage().getImplementationVersion();
        commandLine.getCommandSpec().version("banyan " + Objects.requireNonNullElse(version, "dev"));
        return commandLine;
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
                join(main, settings.unready().plus(settings.drain()).plusSeconds(10));
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
        if ((certificate == null) != (key == null)) {
            throw wrong("--tls-cert and --tls-key: only one is given (expected: both or none)");
        }
        Usage.requireFile(spec, "--tls-cert", certificate);
        Usage.requireFile(spec, "--tls-key", key);
        Usage.requireFile(spec, "--backend-ca", backendTrust);
        StoreLocation location = store.location(runFolder);
        return new GatewaySettings(
                rules.source(runFolder, location),
                ports.address,
                ports.port(),
                ports.adminPort(),
                ports.http2(),
                runFolder,
                legacyHost,
                publicOrigin == null ? null : origin(publicOrigin),
                ports.absoluteForm(),
                certificate == null || key == null ? null : new PemFiles(certificate, key),
                backendTrust,
                nameServer(),
                trusted(),
                proxyHeaders(),
                reveal,
                chainOnly,
                transport(),
                clients.patience(),
                location,
                checkedWebhooks(),
                stop.unready(),
                stop.drain());
    }

    private List<URI> checkedWebhooks() {
        return IntStream.range(0, webhooks.size()).mapToObj(this::webhook).toList();
    }

    /** In no message, since whoever knows such a URL may post to it. */
    private URI webhook(int index) {
        try {
            URI url = new URI(webhooks.get(index));
            if (url.getHost() != null && List.of("http", "https").contains(String.valueOf(url.getScheme()))) {
                return url;
            }
        } catch (URISyntaxException e) {
            // whose message has the URL
        }
        throw wrong("--webhook: number " + (index + 1)
                + " is no URL of a host (expected: http://HOST/PATH or https://HOST/PATH)");
    }

    private Origin origin(URI url) {
        try {
            return Origin.of(url);
        } catch (IllegalArgumentException e) {
            throw wrong("--public-origin: " + e.getMessage());
        }
    }

    private Transport transport() {
        try {
            return Transport.of(transport);
        } catch (IllegalArgumentException e) {
            throw wrong("--transport: " + e.getMessage());
        }
    }

    private @Nullable InetSocketAddress nameServer() {
        if (dns == null) {
            return null;
        }
        try {
            int colon = dns.lastIndexOf(':');
            // Behind an address of IPv6 there is a port only where that stands in brackets.
            boolean named = colon > 0 && (dns.indexOf(':') == colon || dns.charAt(colon - 1) == ']');
            String address = named ? dns.substring(0, colon) : dns;
            int port = named ? Integer.parseInt(dns.substring(colon + 1)) : DNS_PORT;
            return new InetSocketAddress(InetAddress.ofLiteral(address), port);
        } catch (IllegalArgumentException e) {
            throw wrong(
                    "--dns: " + dns + " (expected: an address such as 10.0.0.2, 10.0.0.2:8600 or [2001:db8::2]:8600)");
        }
    }

    private TrustedPeers trusted() {
        try {
            return TrustedPeers.of(trustedProxies);
        } catch (IllegalArgumentException e) {
            throw wrong("--trusted-proxy: " + e.getMessage());
        }
    }

    private ProxyHeaders proxyHeaders() {
        try {
            return ProxyHeaders.with(proxyHeaders);
        } catch (IllegalArgumentException e) {
            throw wrong("--proxy-header: " + e.getMessage());
        }
    }

    private ParameterException wrong(String message) {
        return Usage.wrong(spec, message);
    }
}
