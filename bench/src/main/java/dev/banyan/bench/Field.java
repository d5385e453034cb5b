package dev.banyan.bench;

import dev.banyan.bench.load.LoadFailed;
import dev.banyan.bench.load.Loader;
import dev.banyan.bench.load.OneRequest;
import dev.banyan.bench.measure.Cores;
import dev.banyan.bench.measure.JvmProbe;
import dev.banyan.bench.measure.Probe;
import dev.banyan.bench.measure.ProcessTree;
import dev.banyan.bench.peer.Peer;
import dev.banyan.bench.peer.Place;
import dev.banyan.bench.server.Upstream;
import dev.banyan.process.Checkout;
import dev.banyan.process.Children;
import dev.banyan.process.Ports;
import dev.banyan.process.RunFolder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The place where all of a run's programs stand: starts and stops them, and ends what is left when it is closed. */
final class Field implements AutoCloseable {

    private static final Duration START_PATIENCE = Duration.ofMinutes(5);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(30);

    /** As many as the largest case of a quick run wants. */
    private static final int SHARED_RULES = 500;

    private final RunFolder folder;
    private final Children children;
    private final Loader loader = new Loader();
    private final Cores cores = Cores.ofThisProcess();
    private final Path jar;
    private final Running upstream;
    private @Nullable Running candidate;
    private final boolean shared;
    private final Map<String, Running> sharedByPeer = new HashMap<>();
    private int started;

    /** Starts the upstream. With {@code shared}, one process of each peer serves all cases: that is quick, and measures little. */
    Field(RunFolder folder, Path jar, boolean shared) throws IOException, InterruptedException {
        this.folder = folder;
        this.shared = shared;
        this.children = new Children(folder);
        this.jar = jar;
        this.upstream = startUpstream("upstream");
    }

    /** Leaves the first core to a peer that was started with {@link Setup#OWN_CORE}, alone. */
    void leaveFirstCore() throws InterruptedException {
        bind(cores.rest());
    }

    /** Lets load generator and upstream use all cores again. */
    void useAllCores() throws InterruptedException {
        bind(cores);
    }

    private void bind(Cores those) throws InterruptedException {
        those.bind(ProcessTree.self());
        those.bind(upstream.tree());
    }

    private Running startUpstream(String name) throws IOException, InterruptedException {
        var port = Ports.free(1).getFirst();
        var command = List.of(
                Checkout.java().toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                jar.toString(),
                Upstream.class.getName(),
                port.toString());
        return start(name, port, command, Children.Role.SERVER, false);
    }

    /** Returns the cores that all of it may use. */
    Cores cores() {
        return cores;
    }

    Loader loader() {
        return loader;
    }

    Running upstream() {
        return upstream;
    }

    /** Returns where copies go when requests are mirrored, so that they do not stand in the callers' way at the upstream. */
    Running candidate() throws IOException, InterruptedException {
        if (candidate == null) {
            candidate = startUpstream("candidate");
        }
        return candidate;
    }

    /** Returns all that answers behind the peers. */
    ProcessTree upstreams() {
        return candidate == null ? upstream.tree() : upstream.tree().and(candidate.tree());
    }

    /** Starts {@code peer} with one rule and its own choice of heap. */
    Running start(Peer peer) throws IOException, InterruptedException {
        return start(peer, 1, Setup.PLAIN, null);
    }

    /** Starts {@code peer} and returns when it has answered a request. */
    Running start(Peer peer, int rules, Setup setup, @Nullable Integer heapMb)
            throws IOException, InterruptedException {
        var isShared = shared && (setup == Setup.PLAIN || setup == Setup.HTTP2);
        var known = sharedByPeer.get(peer.name());
        if (known != null && isShared) {
            return known;
        }
        var name = peer.name() + "-" + ++started;
        var ports = Ports.free(2);
        var port = ports.getFirst();
        var speaksHttp2 = setup == Setup.HTTP2 || (shared && setup == Setup.PLAIN);
        var http2Port = !speaksHttp2 ? null : peer.speaksBothOnOnePort() ? port : ports.getLast();
        var place = new Place(
                port,
                upstream.port(),
                setup == Setup.MIRRORED ? candidate().port() : upstream.port(),
                http2Port,
                folder.folder(name),
                shared ? SHARED_RULES : rules,
                setup == Setup.MIRRORED,
                heapMb);
        var command = new ArrayList<String>();
        if (setup == Setup.OWN_CORE) {
            command.addAll(cores.first().before());
        }
        command.addAll(peer.command(place));
        var running = start(name, port, command, Children.Role.APPLICATION, true)
                .named(peer.name())
                .withHttp2(http2Port);
        if (http2Port != null) {
            running.child().awaitReady(() -> listens(http2Port), START_PATIENCE);
        }
        if (isShared) {
            sharedByPeer.put(peer.name(), running);
        }
        return running;
    }

    /** Returns a place with one mirrored rule for a peer that nobody starts. */
    Place mirroredPlace(Path own) {
        return new Place(1, upstream.port(), upstream.port(), null, own, 1, true, null);
    }

    Path folder(String name) {
        return folder.folder(name);
    }

    private Running start(String name, int port, List<String> command, Children.Role role, boolean probed)
            throws IOException, InterruptedException {
        var began = System.nanoTime();
        var child = children.start(role, name, command);
        child.awaitReady(() -> answers(port), START_PATIENCE);
        var seconds = (System.nanoTime() - began) / 1e9;
        var tree = ProcessTree.of(child.pid());
        var jvm = probed ? tree.jvm() : OptionalLong.empty();
        var probe = jvm.isPresent() ? attach(jvm.getAsLong()) : null;
        return new Running(name, port, null, child, tree, probe, seconds);
    }

    private static Probe attach(long pid) {
        try {
            return JvmProbe.attach(pid);
        } catch (IOException e) {
            throw new LoadFailed("it answered, and its JVM cannot be asked: " + e.getMessage(), e);
        }
    }

    private static boolean answers(int port) {
        try {
            return !OneRequest.text(port, LoadCase.READY_PATH, 1).isEmpty();
        } catch (LoadFailed e) {
            return false; // not yet: the caller has a deadline
        }
    }

    private static boolean listens(int port) {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false; // not yet
        }
    }

    /** Stops one program, unless it is shared; its log stays. */
    void stop(Running running) {
        if (sharedByPeer.containsValue(running)) {
            return; // others will ask it too
        }
        if (running.probe() != null) {
            try {
                running.probe().close();
            } catch (IOException e) {
                // its JVM has ended already, and the connection with it
            }
        }
        running.child().stop(STOP_PATIENCE);
    }

    @Override
    public void close() {
        loader.close();
        children.close();
    }
}
