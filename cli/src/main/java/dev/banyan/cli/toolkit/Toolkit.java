package dev.banyan.cli.toolkit;

import dev.banyan.process.Checkout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Where this copy of Banyan lies: the folder of the launcher, and in it the jars of the modules. */
public record Toolkit(Path root) {

    private static final String COLLECTOR = "-XX:[+-]Use\\w+GC\\b";
    private static final String HEAP_SIZE = "-Xm[nsx]|-XX:\\w*(NewSize|NewRatio|HeapSize|RAMPercentage)=";

    /** An option that the gateway's JVM is given unless the environment has something that {@code instead} finds. */
    private record Wish(String option, Pattern instead) {}

    private static final int MEGABYTE = 1 << 20;

    private static final int YOUNG_MEGABYTES_MAX = 256;

    /** Returns the toolkit this program was started from. */
    public static Toolkit ofThisProgram() {
        var root = System.getProperty("banyan.root");
        return new Toolkit(root == null ? Checkout.root(Toolkit.class) : Path.of(root));
    }

    /** Returns the jar of {@code module}, which is the module's folder below the root. */
    public Path jar(String module) {
        var folder = root.resolve(module);
        var jar = folder.resolve("target").resolve(folder.getFileName() + ".jar");
        if (!Files.isRegularFile(jar)) {
            throw new CommandFailed("no " + jar + " (start with ./banyan, which builds it, or run ./mvnw package)");
        }
        return jar;
    }

    /**
     * Returns the options of a JVM that runs the jar of {@code module}: with the classes that the launcher kept for it, where it
     * did. Nothing is said about a cache that the JVM refuses, since it then loads the classes as it always does.
     */
    public List<String> options(String module) {
        var folder = root.resolve(module);
        var cache = folder.resolve("target").resolve(folder.getFileName() + ".aot");
        return Files.isRegularFile(cache)
                ? List.of("-XX:AOTCache=" + cache, "-Xlog:aot=off", "-Xlog:cds=off")
                : List.of();
    }

    /**
     * Returns the options that the gateway's JVM runs best with, save where {@code environment} chooses otherwise: a JVM does not
     * start with two collectors, and of two sizes it takes the last. {@code heapMax} is the bytes of heap that it may have.
     */
    public static List<String> gatewayOptions(Map<String, String> environment, long heapMax) {
        var chosen = chosen(environment);
        return wishes(heapMax).stream()
                .filter(wish -> !wish.instead.matcher(chosen).find())
                .map(Wish::option)
                .toList();
    }

    /** Returns {@code collector}, which is an option, or nothing where {@code environment} names one: a JVM does not start with two. */
    public static List<String> collector(String collector, Map<String, String> environment) {
        return Pattern.compile(COLLECTOR).matcher(chosen(environment)).find() ? List.of() : List.of(collector);
    }

    private static String chosen(Map<String, String> environment) {
        return Stream.of("JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS")
                .map(name -> environment.getOrDefault(name, ""))
                .collect(Collectors.joining(" "));
    }

    /*
     * What the gateway allocates dies at once: a collector without barriers leaves it more of the processor. The room for young objects is fixed,
     * since the JVM would make it so small that it collects several times a second, which callers notice; but more than half of a small heap must
     * not be young, or the JVM does not start. Netty's leak detector records a stack trace for each hundredth buffer; the tests run with it, people
     * need not pay for it.
     */
    private static List<Wish> wishes(long heapMax) {
        var young = Math.clamp(heapMax / 2 / MEGABYTE, 1, YOUNG_MEGABYTES_MAX);
        return List.of(
                new Wish("-XX:+UseParallelGC", Pattern.compile(COLLECTOR)),
                new Wish("-Xmn" + young + "m", Pattern.compile(COLLECTOR + "|" + HEAP_SIZE)),
                new Wish("-Dio.netty.leakDetection.level=disabled", Pattern.compile("leakDetection")));
    }

    /** Returns the version in the jar's manifest, {@code dev} when classes run outside a jar. */
    public static String version() {
        var version = Toolkit.class.getPackage().getImplementationVersion();
        return version == null ? "dev" : version;
    }
}
