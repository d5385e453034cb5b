package dev.banyan.cli;

import dev.banyan.cli.toolkit.Toolkit;
import dev.banyan.process.Checkout;
import dev.banyan.process.Guard;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Runs another program of the toolkit in this one's place: same terminal, same signals, same exit code. */
final class PassThrough {

    private static final Map<String, String> MODULE_BY_COMMAND = moduleByCommand();

    private PassThrough() {}

    /** Returns the commands that are programs of their own. */
    static Set<String> commands() {
        return MODULE_BY_COMMAND.keySet();
    }

    private static Map<String, String> moduleByCommand() {
        var table = new Properties();
        try (var in = Objects.requireNonNull(PassThrough.class.getResourceAsStream("programs.properties"))) {
            table.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException("reading programs.properties", e);
        }
        return table.stringPropertyNames().stream().collect(Collectors.toMap(name -> name, table::getProperty));
    }

    /** Returns the exit code of the program that {@code command} is, run with {@code arguments}. */
    static int run(String command, List<String> arguments) {
        var module = Objects.requireNonNull(MODULE_BY_COMMAND.get(command), command);
        var toolkit = Toolkit.ofThisProgram();
        var jar = toolkit.jar(module);
        var line = new ArrayList<>(List.of(
                Checkout.java().toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow"));
        line.addAll(toolkit.options(module));
        if (module.equals("gateway")) {
            line.addAll(
                    Toolkit.gatewayOptions(System.getenv(), Runtime.getRuntime().maxMemory()));
        }
        line.addAll(List.of("-jar", jar.toString()));
        line.addAll(arguments);
        try (var guard = Guard.start()) {
            return start(guard, new ProcessBuilder(line).inheritIO(), Runtime.getRuntime()::addShutdownHook)
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException("starting " + jar, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    /**
     * Starts the program once there is a hook for the signals that end this JVM: the hook hands them on, and keeps the program's exit code as ours. A
     * JVM that is ending takes no hook, and then nothing is started; one that a signal meets before the hook knows the program leaves it to the guard.
     */
    static Process start(Guard guard, ProcessBuilder program, Consumer<Thread> hooks) throws IOException {
        var started = new AtomicReference<@Nullable Process>();
        hooks.accept(new Thread(() -> {
            var child = started.get();
            if (child != null && child.isAlive()) {
                child.destroy();
                Runtime.getRuntime().halt(child.onExit().join().exitValue());
            }
        }));
        var child = guard.start(program);
        started.set(child);
        return child;
    }
}
