package dev.banyan.process;

import java.net.URISyntaxException;
import java.nio.file.Path;

/** Where a program of ours lies, {@code ROOT/MODULE/target/MODULE.jar}, and what runs it. */
public final class Checkout {

    private Checkout() {}

    /** Returns the jar that holds {@code program}. */
    public static Path jar(Class<?> program) {
        try {
            return Path.of(
                    program.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException("where this program lies", e);
        }
    }

    /** Returns the folder of the checkout in which {@code program} was built. */
    public static Path root(Class<?> program) {
        return jar(program).resolve("../../..").normalize();
    }

    /** Returns the java program that runs this one. */
    public static Path java() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }
}
