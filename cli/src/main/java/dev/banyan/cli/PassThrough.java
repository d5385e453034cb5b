package dev.banyan.cli;

import dev.banyan.cli.toolkit.Toolkit;
import dev.banyan.process.Checkout;
import dev.banyan.process.Guard;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** Runs another program of the toolkit in this one's place: same terminal, same signals, same exit code. */
final class PassThrough {

    private PassThrough() {}

    /** Returns the exit code of the program of {@code module}, run with {@code arguments}. */
    static int run(String module, List<String> arguments) {
        var toolkit = Toolkit.ofThisProgram();
        var jar = toolkit.jar(module);
        var command = new ArrayList<>(List.of(
                Checkout.java().toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow"));
        command.addAll(toolkit.options(module));
        if (module.equals("gateway")) {
            command.addAll(
                    Toolkit.gatewayOptions(System.getenv(), Runtime.getRuntime().maxMemory()));
        }
        command.addAll(List.of("-jar", jar.toString()));
        command.addAll(arguments);
        try (var guard = Guard.start()) {
            var child = guard.start(new ProcessBuilder(command).inheritIO());
            // A signal ends this JVM through its hooks: hand it on, and keep the child's exit code as ours.
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                if (child.isAlive()) {
                    child.destroy();
                    Runtime.getRuntime().halt(child.onExit().join().exitValue());
                }
            }));
            return child.waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException("starting " + jar, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }
}
