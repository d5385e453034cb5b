package dev.banyan.gateway;

import dev.banyan.gateway.admin.AdminServer;
import dev.banyan.gateway.admin.AdminToken;
import dev.banyan.gateway.admin.Readiness;
import dev.banyan.gateway.backend.Authorities;
import dev.banyan.gateway.backend.BackendAddresses;
import dev.banyan.gateway.backend.BackendTls;
import dev.banyan.gateway.chain.CopyFilters;
import dev.banyan.gateway.edge.Entrance;
import dev.banyan.gateway.http.MirrorMark;
import dev.banyan.gateway.http2.Http2Front;
import dev.banyan.gateway.live.FolderWatch;
import dev.banyan.gateway.live.ForbiddenAddresses;
import dev.banyan.gateway.live.RulesInForce;
import dev.banyan.gateway.live.RulesMirror;
import dev.banyan.gateway.mirror.Mirrors;
import dev.banyan.gateway.record.Traffic;
import dev.banyan.gateway.store.ControlStore;
import dev.banyan.gateway.store.Leadership;
import dev.banyan.gateway.tls.CertificateInForce;
import dev.banyan.gateway.tls.PemFiles;
import dev.banyan.gateway.tunnel.Tunnels;
import dev.banyan.rules.RulesException;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** A running gateway: its data port, its admin port, the watches on its rules and its certificate, and its part in the control store. */
public final class Gateway implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

    private final ConfigurableApplicationContext spring;
    private final @Nullable Http2Port http2;
    private final AdminServer admin;
    private final RulesInForce rules;
    private final Mirrors mirrors;
    private final List<Watch> watches;
    /** Refuses the handshakes that clients of TLS 1.2 may ask for on a connection that stands: no limit would see them. */
    private static final String RENEGOTIATION = "jdk.tls.rejectClientInitiatedRenegotiation";

    private final ControlStore store;
    private final Leadership leadership;
    private final BackendAddresses addresses;
    private final Shifting shifting;
    private final RunFolder runFolder;
    private final Readiness readiness;
    private final Duration unready;

    /** What follows files or another source, until it is closed. */
    private interface Watch {
        void close();
    }

    private Gateway(
            ConfigurableApplicationContext spring,
            @Nullable Http2Port http2,
            AdminServer admin,
            RulesInForce rules,
            Mirrors mirrors,
            List<Watch> watches,
            ControlStore store,
            Leadership leadership,
            BackendAddresses addresses,
            Shifting shifting,
            RunFolder runFolder,
            Readiness readiness,
            Duration unready) {
        this.spring = spring;
        this.http2 = http2;
        this.admin = admin;
        this.rules = rules;
        this.mirrors = mirrors;
        this.watches = List.copyOf(watches);
        this.store = store;
        this.leadership = leadership;
        this.addresses = addresses;
        this.shifting = shifting;
        this.runFolder = runFolder;
        this.readiness = readiness;
        this.unready = unready;
    }

    /** Runs the gateway as the command line says; see {@code --help}. */
    public static void main(String[] args) {
        Locale.setDefault(Locale.Category.FORMAT, Locale.ENGLISH); // of numbers that programs read again
        int exit = GatewayCommand.run(args);
        if (exit != 0) {
            System.exit(exit);
        }
    }

    /** Starts a gateway and returns when it takes requests. */
    public static Gateway start(GatewaySettings settings) throws RulesException, IOException {
        if (System.getProperty(RENEGOTIATION) == null) {
            System.setProperty(RENEGOTIATION, "true"); // read once, when the first TLS of a server begins
        }
        var runFolder = RunFolder.take(settings.runFolder());
        var store = new ControlStore(settings.store());
        var forbidden = new ForbiddenAddresses();
        var addresses = new BackendAddresses(settings.nameServer(), forbidden::covers);
        if (settings.store().isShared() || settings.store().isMade()) {
            store.start(); // early: where routes stand is asked before requests are served, and a file that is there
            // may say that one is rolled back
        }
        try {
            return start(settings, runFolder, store, forbidden, addresses);
        } catch (RulesException | IOException | RuntimeException e) {
            store.close();
            addresses.close();
            runFolder.close();
            throw e;
        }
    }

    private static Gateway start(
            GatewaySettings settings,
            RunFolder runFolder,
            ControlStore store,
            ForbiddenAddresses forbidden,
            BackendAddresses addresses)
            throws RulesException, IOException {
        // Both are read once, when Reactor Netty loads: few event loops, and the connection used last goes out first.
        System.setProperty("reactor.netty.pool.leasingStrategy", "lifo");
        if (System.getProperty("reactor.netty.ioWorkerCount") == null) {
            System.setProperty(
                    "reactor.netty.ioWorkerCount",
                    Integer.toString(Runtime.getRuntime().availableProcessors()));
        }
        EventLoops.use(settings.transport()); // before anything of Reactor Netty begins, which would have its own
        var meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        var traffic = new Traffic(meters);
        forbidden.addUnlessAny(settings.port());
        forbidden.addUnlessAny(settings.adminPort());
        AdminToken token = AdminToken.inFolder(settings.runFolder());
        RulesMirror mirror = settings.rules().mirror(store);
        Path folder = settings.rules().folder();
        FolderWatch.Seen seen = folder == null || mirror != null ? null : FolderWatch.look(folder);
        var rules = new RulesInForce(
                settings.rules(),
                mirror,
                settings.runFolder(),
                forbidden,
                settings.legacyHost(),
                backendTls(settings),
                addresses,
                store.clock());
        CertificateInForce certificate = certificate(settings);
        if (certificate != null) {
            certificate.countIn(meters);
        }
        var leadership = new Leadership(store);
        var mark = new MirrorMark();
        var mirrors = new Mirrors(mark, new CopyFilters(), meters, InstantSource.system());
        var shifting = Shifting.over(settings, rules, traffic, mirrors, store, leadership, meters, addresses);
        var readiness = new Readiness();
        AdminServer admin;
        try {
            admin = AdminServer.start(
                    settings.adminPort(),
                    token,
                    rules,
                    traffic,
                    mirrors,
                    store,
                    leadership,
                    shifting.runner(),
                    shifting.status(),
                    certificate,
                    readiness,
                    meters);
        } catch (RuntimeException e) {
            throw Binding.failed("--admin-port " + settings.adminPort(), e);
        }
        forbidden.add(admin.port());
        ConfigurableApplicationContext spring;
        try {
            spring = startSpring(settings, certificate, rules, forbidden, traffic, mirrors, mark);
        } catch (RuntimeException e) {
            admin.close();
            throw Binding.failed("--port " + settings.port(), e);
        }
        Http2Port http2 = null;
        try {
            forbidden.add(port(spring));
            Entrance entrance = spring.getBean(Entrance.class);
            entrance.countIn(meters);
            http2 = Http2Port.bind(settings, spring.getBean(Http2Front.class), entrance);
            if (http2 != null) {
                forbidden.add(http2.port());
            }
            rules.checkAddresses();
            runFolder.write(port(spring), admin.port(), token.file());
            List<Watch> watches = new ArrayList<>();
            watch(seen, mirror, rules).ifPresent(watches::add);
            if (certificate != null) {
                certificate.watch();
                watches.add(certificate::close);
            }
            // Last, when requests are already served: nothing waits for the lead.
            if (store.isStarted()) {
                leadership.start();
                mirrors.shareMark(store);
            }
            shifting.runner().start();
            readiness.begin();
            Thread.ofVirtual().name("rules-kept").start(rules::finishKeeping);
            LOG.info(InEffect.of(settings));
            return new Gateway(
                    spring,
                    http2,
                    admin,
                    rules,
                    mirrors,
                    watches,
                    store,
                    leadership,
                    addresses,
                    shifting,
                    runFolder,
                    readiness,
                    settings.unready());
        } catch (RulesException | IOException | RuntimeException e) {
            if (http2 != null) {
                http2.close();
            }
            spring.close();
            admin.close();
            throw e;
        }
    }

    /** Follows the source of rules from now on; of a folder, from when it was seen. */
    private static Optional<Watch> watch(
            FolderWatch.@Nullable Seen seen, @Nullable RulesMirror mirror, RulesInForce rules) {
        if (mirror != null) {
            mirror.start(rules);
            return Optional.of(mirror::close);
        }
        return Optional.ofNullable(seen)
                .map(each -> FolderWatch.start(each, rules::reloadFolder, rules::lookAgain)::close);
    }

    private static ConfigurableApplicationContext startSpring(
            GatewaySettings settings,
            @Nullable CertificateInForce certificate,
            RulesInForce rules,
            ForbiddenAddresses forbidden,
            Traffic traffic,
            Mirrors mirrors,
            MirrorMark mark) {
        var application = new SpringApplication(Wiring.class);
        application.setWebApplicationType(WebApplicationType.REACTIVE);
        application.setRegisterShutdownHook(false);
        application.setLogStartupInfo(false);
        application.setAddCommandLineProperties(false);
        application.setBannerMode(org.springframework.boot.Banner.Mode.OFF);
        application.setDefaultProperties(properties(settings));
        application.addInitializers(context -> {
            context.getBeanFactory().registerSingleton("gatewaySettings", settings);
            if (certificate != null) {
                context.getBeanFactory().registerSingleton("certificate", certificate);
            }
            context.getBeanFactory().registerSingleton("rulesInForce", rules);
            context.getBeanFactory().registerSingleton("forbiddenAddresses", forbidden);
            context.getBeanFactory().registerSingleton("traffic", traffic);
            context.getBeanFactory().registerSingleton("mirrors", mirrors);
            context.getBeanFactory().registerSingleton("mirrorMark", mark);
            context.getBeanFactory().registerSingleton("tunnels", new Tunnels());
        });
        return application.run();
    }

    private static Map<String, Object> properties(GatewaySettings settings) {
        var properties = new LinkedHashMap<String, Object>();
        properties.put("server.address", settings.address());
        properties.put("server.port", settings.port());
        properties.put("server.shutdown", "graceful");
        properties.put("server.forward-headers-strategy", "none");
        properties.put("server.http2.enabled", false);
        properties.put(
                "spring.lifecycle.timeout-per-shutdown-phase", settings.drain().toMillis() + "ms");
        properties.put("spring.main.lazy-initialization", false);
        return properties;
    }

    private static @Nullable CertificateInForce certificate(GatewaySettings settings) throws IOException {
        PemFiles files = settings.certificate();
        if (files == null) {
            return null;
        }
        try {
            return CertificateInForce.read(files, InstantSource.system());
        } catch (IOException e) {
            throw new IOException("--tls-cert, --tls-key: " + e.getMessage(), e);
        }
    }

    private static BackendTls backendTls(GatewaySettings settings) throws IOException {
        Path trust = settings.backendTrust();
        if (trust == null) {
            return BackendTls.trustingTheJdk(settings.rules().folder());
        }
        SslContext tls = SslContextBuilder.forClient()
                .endpointIdentificationAlgorithm("HTTPS")
                .trustManager(authorities(trust))
                .build();
        return new BackendTls(() -> tls, settings.rules().folder());
    }

    private static Authorities authorities(Path trust) throws IOException {
        try {
            return Authorities.of(Files.readAllBytes(trust));
        } catch (IOException e) {
            throw new IOException(
                    "--backend-ca: " + trust + ": " + e.getMessage() + " (expected: PEM certificates)", e);
        }
    }

    public int port() {
        return port(spring);
    }

    private static int port(ConfigurableApplicationContext spring) {
        var server = ((WebServerApplicationContext) spring).getWebServer();
        if (server == null) {
            throw new IllegalStateException("no web server");
        }
        return server.getPort();
    }

    /** Where clients speak HTTP/2 without TLS, or null. */
    public @Nullable Integer http2Port() {
        return http2 == null ? null : http2.port();
    }

    public int adminPort() {
        return admin.port();
    }

    /** The rules this gateway serves by. */
    public RulesInForce rules() {
        return rules;
    }

    /** What gateways remember together; opened already if it is shared, else {@link ControlStore#start} opens it. */
    public ControlStore store() {
        return store;
    }

    /** Which of several gateways leads. */
    public Leadership leadership() {
        return leadership;
    }

    /** What is also sent to the other side, and what comparing found. */
    public Mirrors mirrors() {
        return mirrors;
    }

    /**
     * Stops: says so for a while, then takes no new requests, finishes those in flight within the drain time, and lets everything
     * go.
     */
    @Override
    public void close() {
        readiness.end();
        serveOn();
        try (runFolder;
                addresses;
                store;
                leadership;
                shifting) { // the last first, and all of them whatever throws
            watches.forEach(Watch::close);
            if (http2 != null) {
                http2.close();
            }
            spring.close();
            rules.letGo();
            mirrors.close();
            admin.close();
        }
    }

    /** Gives load balancers the time to see it: nobody comes any more when the port closes. */
    private void serveOn() {
        try {
            TimeUnit.NANOSECONDS.sleep(unready.toNanos());
        } catch (InterruptedException e) {
            // Whoever interrupts wants this wait to end: what follows has limits of its own, and is not to be cut
            // short.
        }
    }
}
