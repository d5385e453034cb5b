package dev.banyan.bench.peer;

import dev.banyan.process.Ports;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Our gateway as people start it: {@code ./banyan gateway}. Every rule is live at 50 % of a cohort by a header, so that each
 * request pays for a decision, a hash, counters, limits and the seam. Both sides are the same upstream.
 */
public record Banyan(Path root) implements Peer {

    @Override
    public String name() {
        return "banyan";
    }

    @Override
    public String description() {
        return "`./banyan gateway --rules DIR`, every rule live at 50 % of a cohort by a header, both sides the upstream;"
                + " its launcher gives its JVM `-XX:+UseParallelGC -Xmn256m -Dio.netty.leakDetection.level=disabled`,"
                + " where the other JVMs have their defaults";
    }

    @Override
    public Optional<String> missing() {
        return Files.isExecutable(launcher()) ? Optional.empty() : Optional.of("no " + launcher());
    }

    @Override
    public boolean hasRoutes() {
        return true;
    }

    /** Returns the launcher. */
    public Path launcher() {
        return root.resolve("banyan");
    }

    @Override
    public List<String> command(Place place) throws IOException {
        var rules = Files.createDirectories(place.folder().resolve("rules"));
        writeRules(place, rules.resolve("rules.yaml"));
        var command = new ArrayList<String>();
        if (place.heapMb() != null) {
            command.addAll(List.of("/usr/bin/env", "JDK_JAVA_OPTIONS=-Xmx" + place.heapMb() + "m"));
        }
        command.addAll(List.of(launcher().toString(), "gateway"));
        command.addAll(List.of("--port", Integer.toString(place.port()), "--rules", rules.toString()));
        command.addAll(List.of("--admin-port", Ports.free(1).getFirst().toString()));
        command.addAll(List.of("--run-dir", place.folder().resolve("gateway").toString()));
        if (place.http2Port() != null) {
            command.addAll(List.of("--http2-port", place.http2Port().toString()));
        }
        return command;
    }

    /** Writes {@code place.rules()} rules for the paths {@code /r0}, {@code /r1} and so on. */
    public static void writeRules(Place place, Path file) throws IOException {
        try (var out = Files.newBufferedWriter(file)) {
            var host = "http://127.0.0.1:";
            out.write("backends:\n");
            out.write("  - {name: legacy, url: \"" + host + place.upstreamPort() + "\", baseline: true}\n");
            out.write("  - {name: fig, url: \"" + host + place.candidatePort() + "\"}\n");
            out.write("cohorts:\n");
            out.write("  - {name: shopper, key: [{header: X-Customer-Id}], salt: bench}\n");
            out.write("routes:\n");
            for (var number = 0; number < place.rules(); number++) {
                var driven = place.mirrored() ? mirrored(100) : "cohort: shopper, stage: live, weight: 50%";
                writeRoute(out, "r" + number, driven);
            }
            if (place.mirrored()) {
                writeRoute(out, "plain", mirrored(0));
            }
        }
    }

    /* The baseline is asked nothing twice, so that what comes to the upstream beside callers' requests is copies. */
    private static String mirrored(int percent) {
        return "stage: shadow, mirror: {percent: " + percent + "}, compare: {noise: {percent: 0}}";
    }

    private static void writeRoute(BufferedWriter out, String name, String driven) throws IOException {
        out.write("  - {name: " + name + ", matches: [{path: {type: PathPrefix, value: /" + name
                + "}}], candidate: fig, " + driven + "}\n");
    }
}
