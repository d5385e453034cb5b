package dev.banyan.bridge.run;

import dev.banyan.bridge.Bridge;
import dev.banyan.bridge.change.Dbms;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A bridge over each database, both in one process, which only read, tell, and end in order: what their JVM then knows, others start with. */
final class Rehearsal {

    private Rehearsal() {}

    /** Runs the bridges of these configurations until the process is told to stop. */
    public static void main(String[] configurations) {
        for (var configuration : configurations) {
            Thread.ofPlatform()
                    .name(configuration)
                    .start(() -> Bridge.main(new String[] {"run", "--config", configuration}));
        }
    }

    /** Runs it with {@code java}, in {@code folder}; it may have failed in vain. */
    static void run(List<String> java, Path folder) throws Exception {
        var bridges = new ArrayList<TestBridge>();
        try {
            for (var dbms : Dbms.values()) {
                var own = Files.createDirectories(folder.resolve(dbms + "-" + System.nanoTime()));
                bridges.add(new TestBridge(dbms, "rehearsal", own, "one"));
            }
            run(java, folder, bridges);
        } finally {
            bridges.forEach(TestBridge::close);
        }
    }

    private static void run(List<String> java, Path folder, List<TestBridge> bridges) throws Exception {
        var command = new ArrayList<>(java);
        command.add(Rehearsal.class.getName());
        for (var bridge : bridges) {
            bridge.sql("INSERT INTO one VALUES (1, 'a')");
            var config = bridge.config();
            Files.writeString(config, Files.readString(config) + "lake: {folder: lake}\n");
            command.add(config.toString());
        }
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output").toFile())
                .start();
        try {
            for (var bridge : bridges) {
                Await.until(
                        "the backfill arrives",
                        () -> !process.isAlive() || bridge.events().size() == 1);
                bridge.sql("INSERT INTO one VALUES (2, 'b')");
                bridge.sql("UPDATE one SET v = 'c' WHERE id = 1");
                Await.until(
                        "changes arrive",
                        () -> !process.isAlive() || bridge.events().size() >= 3);
            }
            process.destroy();
            process.waitFor(5, TimeUnit.MINUTES); // it writes down what it knows
        } finally {
            process.destroyForcibly();
        }
    }
}
