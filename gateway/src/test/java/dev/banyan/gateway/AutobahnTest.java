package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The fuzzing client of Autobahn, which its Maven plugin brings, against a WebSocket server and the same one behind a gateway: no
 * case gets worse on the way.
 */
class AutobahnTest {

    private static final String DIRECT = "direct";
    private static final String GATEWAY = "gateway";

    /** From bad to good; anything else is as good as can be, or not in the server's power. */
    private static final List<String> GRADES =
            List.of("FAILED", "WRONG CODE", "UNCLEAN", "FAILED BY CLIENT", "NON-STRICT");

    /** What takes longest, first. */
    private static final List<List<String>> PARTS = List.of(
            List.of("9.3.*"),
            List.of("9.4.*"),
            List.of("9.5.*", "9.6.*"),
            List.of("9.1.*", "9.2.*"),
            List.of("9.7.*", "9.8.*"),
            List.of("1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "10.*"));

    @TempDir
    Path folder;

    private WebSocketEcho echo;
    private TestGateway gateway;

    @BeforeEach
    void start() throws Exception {
        TestGateway.take(Way.LEAN);
        echo = new WebSocketEcho();
        // Its client computes for longer than that on a busy machine, without taking a byte.
        gateway = TestGateway.start(folder, """
                backends:
                  - {name: legacy, url: "http://127.0.0.1:%d", baseline: true}
                """.formatted(echo.port()), "--client-stall-timeout", "3600");
    }

    @AfterEach
    void stop() throws IOException {
        gateway.close();
        echo.close();
    }

    @Test
    void noCaseOfFramingGetsWorse() throws Exception {
        compare(List.of("1.*", "2.*", "3.*", "4.*", "5.*", "6.1.*", "6.2.*", "6.3.*", "7.*", "10.*"), 100);
    }

    /** All there are, in parts of which two run at once, since Autobahn itself takes one processor. */
    @Test
    @Tag("soak")
    void noCaseAtAllGetsWorse() throws Exception {
        String some = System.getProperty("soak.cases", "");
        List<List<String>> parts = some.isEmpty() ? PARTS : List.of(List.of(some.split(",", -1)));
        int cases = 0;
        try (var two = Executors.newFixedThreadPool(2)) {
            List<Future<Integer>> results = new ArrayList<>();
            for (List<String> part : parts) {
                results.add(two.submit(() -> compare(part, 1)));
            }
            for (Future<Integer> result : results) {
                cases += result.get();
            }
        }
        System.out.println("autobahn: " + cases + " cases, none worse by way of the gateway");
        assertThat(cases).isGreaterThanOrEqualTo(some.isEmpty() ? 300 : 1);
    }

    /** Returns how many cases there were. */
    private int compare(List<String> cases, int atLeast) throws Exception {
        Path here = Files.createTempDirectory(folder, "part");
        long began = System.nanoTime();
        JsonNode report = fuzz(here, echo.port(), gateway.port(), cases);
        int count = report.path(DIRECT).size();
        System.out.println("autobahn " + cases + ": " + count + " cases in "
                + (System.nanoTime() - began) / 1_000_000_000 + " s, direct " + grades(report.path(DIRECT))
                + ", by way of the gateway " + grades(report.path(GATEWAY)));
        assertThat(count).isGreaterThanOrEqualTo(atLeast);
        Map<String, String> worse = worse(report);
        // A server that closes while the client still sends may lose what it has sent last, with or without a gateway.
        for (int again = 0; again < 2 && !worse.isEmpty(); again++) {
            System.out.println("autobahn, asked again: " + worse);
            worse = worse(fuzz(here, echo.port(), gateway.port(), List.copyOf(worse.keySet())));
        }
        assertThat(worse).isEmpty();
        return count;
    }

    private static Map<String, Long> grades(JsonNode results) {
        return results.valueStream()
                .collect(Collectors.groupingBy(
                        each -> each.path("behavior").asString(""), TreeMap::new, Collectors.counting()));
    }

    /** Returns the cases with a worse result by way of the gateway, with what came out. */
    private static Map<String, String> worse(JsonNode report) {
        JsonNode direct = report.path(DIRECT);
        JsonNode behind = report.path(GATEWAY);
        assertThat(behind.size()).isEqualTo(direct.size());
        assertThat(direct.valueStream().map(each -> each.path("behavior").asString("")))
                .as("the server itself has no fault")
                .doesNotContain("FAILED");
        return direct.propertyStream()
                .filter(each -> isWorse(each.getValue(), behind.path(each.getKey())))
                .collect(Collectors.toMap(
                        Map.Entry::getKey, each -> each.getValue() + " became " + behind.path(each.getKey())));
    }

    private static boolean isWorse(JsonNode direct, JsonNode gateway) {
        return grade(gateway, "behavior") < grade(direct, "behavior")
                || grade(gateway, "behaviorClose") < grade(direct, "behaviorClose");
    }

    private static int grade(JsonNode result, String of) {
        String name = result.path(of).asString("FAILED");
        return GRADES.contains(name) ? GRADES.indexOf(name) : GRADES.size();
    }

    /** Runs cases both ways and returns the report; in a process of its own, since its event loop can be run once. */
    private static JsonNode fuzz(Path folder, int direct, int gateway, List<String> cases) throws Exception {
        String spec = new JsonMapper()
                .writeValueAsString(Map.of(
                        "failByDrop", false,
                        "outdir", folder.resolve("reports").toString(),
                        "servers",
                                List.of(
                                        Map.of("agent", DIRECT, "url", "ws://127.0.0.1:" + direct),
                                        Map.of("agent", GATEWAY, "url", "ws://127.0.0.1:" + gateway)),
                        "options", Map.of("version", 18),
                        "cases", cases,
                        "exclude-cases", List.of(),
                        "exclude-agent-cases", Map.of()));
        Path specFile = Files.writeString(folder.resolve("spec.json"), spec);
        Path script = Files.writeString(folder.resolve("fuzz.py"), """
                import json, sys
                sys.path.insert(0, '__pyclasspath__/')
                from autobahntestsuite import wstest
                wstest.start({'mode': 'fuzzingclient'}, json.load(open('%s')))
                """.formatted(specFile));
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-Xmx512m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Dpython.cachedir.skip=true",
                        "-Dpython.console.encoding=UTF-8",
                        "-Dpython.import.site=false",
                        "-cp",
                        classPath(),
                        "org.python.util.jython",
                        script.toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(40);
            while (!process.waitFor(1, TimeUnit.SECONDS)) {
                // Its event loop catches what breaks in its own code, and then waits for ever.
                assertThat(read(output)).as("what Autobahn says").doesNotContain("Unhandled Error");
                assertThat(System.nanoTime())
                        .as(() -> "it ends, last with: " + read(output).lines().reduce("", (_, line) -> line))
                        .isLessThan(end);
            }
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).as(() -> read(output)).isZero();
        return new JsonMapper().readTree(folder.resolve("reports/index.json").toFile());
    }

    private static String read(Path output) {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** Only the two jars of Python: those of the gateway have classes that they do not expect. */
    private static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(each -> each.contains("autobahntestsuite-maven-plugin") || each.contains("jython-standalone"))
                .collect(Collectors.joining(File.pathSeparator));
    }
}
