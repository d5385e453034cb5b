package dev.banyan.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.cli.toolkit.Toolkit;
import dev.banyan.process.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher as a shell runs it. Runs after the jars are made; the tests of building use a Maven of three lines. */
class LauncherIT {

    private static final Path ROOT = Path.of(System.getProperty("banyan.root"));

    @TempDir
    private Path folder;

    private Path oldJava;

    private record Ran(int exitCode, String output) {}

    @BeforeEach
    void makeAnOldJava() throws IOException {
        oldJava = Files.createDirectories(folder.resolve("old-java/bin"));
        script(oldJava.resolve("java"), "echo 'openjdk version \"17.0.15\"'; exit 1");
    }

    @Test
    void helpWorksThroughALinkWhenEveryJavaInSightIsOld() throws Exception {
        var link = Files.createSymbolicLink(folder.resolve("banyan-link"), ROOT.resolve("banyan"));
        var environment = Map.of(
                "JAVA_HOME", folder.resolve("old-java").toString(),
                "PATH", oldJava + ":/usr/bin:/bin",
                "HOME", folder.toString());
        var ran = run(environment, link.toString(), "--help");
        assertThat(ran.exitCode()).as(ran.output()).isZero();
        assertThat(ran.output()).contains("gateway", "bridge", "rules", "status", "demo");
    }

    @Test
    void aCacheOfClassesThatTheJvmRefusesOnlyMeansASlowerStart() throws Exception {
        var module = Files.createDirectories(folder.resolve("gateway/target"));
        var toolkit = new Toolkit(folder);
        assertThat(toolkit.options("gateway")).noneMatch(option -> option.contains("AOTCache"));
        Files.writeString(module.resolve("gateway.aot"), "of another time");
        var command = new ArrayList<>(List.of(Checkout.java().toString()));
        command.addAll(toolkit.options("gateway"));
        assertThat(command).anyMatch(option -> option.contains("AOTCache"));
        command.addAll(
                List.of("-jar", ROOT.resolve("gateway/target/gateway.jar").toString(), "--version"));
        var ran = run(Map.of(), command.toArray(String[]::new));
        assertThat(ran.exitCode()).as(ran.output()).isZero();
        assertThat(ran.output()).startsWith("banyan").doesNotContain("dev").hasLineCount(1);
        var events = run(Map.of("PATH", "/usr/bin:/bin"), ROOT.resolve("banyan").toString(), "events", "--version");
        assertThat(events.output()).isEqualTo(ran.output());
    }

    /** With a small program in the gateway's place; what the gateway's own is trained by is in its module's {@code TrainingTest}. */
    @Test
    void whoeverBuiltTheGatewayItsClassesAreKeptOnce() throws Exception {
        var tree = tree("exit 1");
        var ofGateway = Files.createDirectories(tree.resolve("gateway/target"));
        smallProgram(ofGateway.resolve("gateway.jar"));
        Files.createDirectory(ofGateway.resolve("lib"));
        var ofCli = Files.createDirectories(tree.resolve("cli/target"));
        Files.copy(ROOT.resolve("cli/target/cli.jar"), ofCli.resolve("cli.jar"));
        Files.createSymbolicLink(ofCli.resolve("lib"), ROOT.resolve("cli/target/lib"));
        var banyan = tree.resolve("banyan").toString();
        var path = Map.of("PATH", "/usr/bin:/bin", "TMPDIR", "/nonexistent");
        var first = run(path, banyan, "gateway", "--version");
        assertThat(first.output())
                .contains("keeping the gateway's classes", "small --version")
                .doesNotContain("building", "that failed");
        assertThat(ofGateway.resolve("gateway.aot")).isNotEmptyFile();
        assertThat(ofGateway.resolve(".training")).doesNotExist();
        assertThat(tree.resolve(".banyan/build.log")).content().contains("small " + ofGateway.resolve(".training"));
        assertThat(run(path, banyan, "gateway", "--version").output()).isEqualTo("small --version\n");
        var small = new HashMap<>(path);
        small.put("JDK_JAVA_OPTIONS", "-XX:MaxRAM=512m");
        var ran = run(small, banyan, "gateway", "--version");
        assertThat(ran.exitCode()).as(ran.output()).isZero();
        assertThat(ran.output()).contains("small --version").doesNotContain("warning");
    }

    /** Makes a program of two lines, which says what it was called with. */
    private void smallProgram(Path jar) throws IOException {
        var source = folder.resolve("Training.java");
        Files.writeString(source, """
                package dev.banyan.gateway;
                class Training {
                    public static void main(String[] args) { System.out.println("small " + String.join(" ", args)); }
                }
                """);
        var classes = folder.resolve("classes").toString();
        tool("javac", "-d", classes, source.toString());
        tool(
                "jar",
                "--create",
                "--file",
                jar.toString(),
                "--main-class",
                "dev.banyan.gateway.Training",
                "-C",
                classes,
                ".");
    }

    private static void tool(String name, String... arguments) {
        assertThat(ToolProvider.findFirst(name).orElseThrow().run(System.out, System.err, arguments))
                .as(name)
                .isZero();
    }

    @Test
    void classesThatTheJvmWouldRefuseAreKeptAnew() throws Exception {
        var tree = tree("exit 1");
        for (var module : List.of("cli", "gateway")) {
            var target = Files.createDirectories(tree.resolve(module).resolve("target"));
            Files.createDirectory(target.resolve("lib"));
            Files.writeString(target.resolve("lib/part.jar"), "");
            Files.writeString(target.resolve(module + ".jar"), "");
        }
        var home = jdk("""
                case "$*" in
                  *AOTCacheOutput=*) echo made; [ -f "$0.fails" ] || : >gateway/target/gateway.aot ;;
                  *AOTMode=on*) [ ! -f "$0.refuses" ] ;;
                esac""");
        var ofGateway = tree.resolve("gateway/target");
        assertThat(keeps(tree, home, 2)).isEqualTo(1);
        Files.writeString(ofGateway.resolve("lib/part.jar"), "another");
        assertThat(keeps(tree, home, 2)).as("another jar").isEqualTo(1);
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"25.9\"\n");
        assertThat(keeps(tree, home, 2)).as("another JVM").isEqualTo(1);
        Files.delete(ofGateway.resolve("gateway.aot"));
        assertThat(keeps(tree, home, 2)).as("no cache").isEqualTo(1);
        for (var how : List.of("fails", "refuses")) {
            var wrong = Files.createFile(home.resolve("bin/java." + how));
            Files.writeString(ofGateway.resolve("lib/part.jar"), how);
            assertThat(keeps(tree, home, 4)).as(how).isEqualTo(3);
            assertThat(ofGateway.resolve("gateway.aot")).doesNotExist();
            Files.delete(wrong);
        }
        Files.writeString(ofGateway.resolve("lib/part.jar"), "right");
        assertThat(keeps(tree, home, 2)).as("after failures").isEqualTo(1);
    }

    /** Returns how often classes were kept in so many starts of a gateway. */
    private long keeps(Path tree, Path home, int starts) throws Exception {
        var said = new StringBuilder();
        for (var i = 0; i < starts; i++) {
            var environment = Map.of("PATH", "/usr/bin:/bin", "JAVA_HOME", home.toString());
            var ran = run(environment, tree.resolve("banyan").toString(), "gateway");
            assertThat(ran.exitCode()).as(ran.output()).isZero();
            said.append(ran.output());
        }
        return said.toString().lines().filter(line -> line.contains("keeping")).count();
    }

    /** A JDK whose {@code java} is {@code text}, run in the tree. */
    private Path jdk(String text) throws IOException {
        var home = folder.resolve("jdk");
        var bin = Files.createDirectories(home.resolve("bin"));
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"25\"\n");
        script(bin.resolve("java"), "cd '" + folder.resolve("tree") + "'\n" + text);
        script(bin.resolve("javac"), "exit 1");
        return home;
    }

    @Test
    void theCollectorThatTheEnvironmentNamesIsTheOneTheGatewayHas() throws Exception {
        var banyan = ROOT.resolve("banyan").toString();
        var path = "/usr/bin:/bin";
        var ran = run(Map.of("PATH", path, "JAVA_TOOL_OPTIONS", "-XX:+UseG1GC"), banyan, "gateway", "--version");
        assertThat(ran.exitCode()).as(ran.output()).isZero();
        assertThat(ROOT.resolve("gateway/target/gateway.aot")).as(ran.output()).isNotEmptyFile();
        var small = run(Map.of("PATH", path, "JDK_JAVA_OPTIONS", "-XX:MaxRAM=512m"), banyan, "gateway", "--version");
        assertThat(small.exitCode()).as(small.output()).isZero();
        assertThat(small.output()).contains("banyan").doesNotContain("warning", "keeping");
    }

    @Test
    void exitCodesComeThrough() throws Exception {
        var ran = run(Map.of("PATH", "/usr/bin:/bin"), ROOT.resolve("banyan").toString(), "nonsense");
        assertThat(ran.exitCode()).as(ran.output()).isEqualTo(2);
    }

    @Test
    void withoutAJdkItSaysWhatItLookedForAndHowToGetOne() throws Exception {
        var tree = tree("exit 1");
        var finder = tree.resolve(".mvn/jdk25.sh");
        Files.writeString(finder, Files.readString(finder).replace("banyan_jdk_version=25", "banyan_jdk_version=99"));
        var ran = run(Map.of(), tree.resolve("banyan").toString(), "--help");
        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.output()).contains("no JDK 99 found", "looked at: JAVA_HOME", "to get one:");
    }

    @Test
    void itBuildsWhatIsStaleAndNothingElse() throws Exception {
        var tree = tree("echo \"$@\" >>calls; echo '[INFO] Building cli 1 [1/1]'\n"
                + "mkdir -p cli/target; cp '" + ROOT.resolve("cli/target/cli.jar") + "' cli/target/cli.jar\n"
                + "ln -sfn '" + ROOT.resolve("cli/target/lib") + "' cli/target/lib");
        var banyan = tree.resolve("banyan").toString();
        var first = run(Map.of("PATH", "/usr/bin:/bin"), banyan, "--version");
        assertThat(first.exitCode()).as(first.output()).isZero();
        assertThat(first.output()).contains("building cli").containsPattern("cli +\\d+ s");
        assertThat(run(Map.of("PATH", "/usr/bin:/bin"), banyan, "--version").output())
                .doesNotContain("building");
        assertThat(tree.resolve("calls")).content().hasLineCount(1).contains("-pl cli -am");
        Files.setLastModifiedTime(
                tree.resolve("routing-rules/src/main/Rules.java"),
                FileTime.from(Instant.now().plusSeconds(2)));
        assertThat(run(Map.of("PATH", "/usr/bin:/bin"), banyan, "--version").output())
                .contains("building cli");
        assertThat(tree.resolve("calls")).content().hasLineCount(2);
    }

    @Test
    void aBuildThatDidNotGetToItsEndIsBegunAgain() throws Exception {
        var tree = tree("echo \"$@\" >>calls; mkdir -p cli/target/lib; : >cli/target/cli.jar; exit 1");
        var banyan = tree.resolve("banyan").toString();
        for (var calls = 1; calls <= 2; calls++) {
            assertThat(run(Map.of("PATH", "/usr/bin:/bin"), banyan, "--version").output())
                    .contains("the build failed");
            assertThat(tree.resolve("calls")).content().hasLineCount(calls);
        }
    }

    @Test
    void whatIsEditedDuringABuildIsBuiltAtTheNextStart() throws Exception {
        var tree = tree("""
                echo "$@" >>calls
                mkdir -p cli/target/lib
                [ ! -f cli/target/cli.jar ] || exit 0
                rules=routing-rules/src/main/Rules.java
                until [ $rules -nt cli/target/.building ]; do touch $rules; done
                until [ cli/target/cli.jar -nt $rules ]; do : >cli/target/cli.jar; done""");
        var banyan = tree.resolve("banyan").toString();
        var path = Map.of("PATH", "/usr/bin:/bin");
        for (var calls = 1; calls <= 2; calls++) {
            assertThat(run(path, banyan, "--version").output()).contains("building cli");
            assertThat(tree.resolve("calls")).content().hasLineCount(calls);
        }
        assertThat(run(path, banyan, "--version").output()).doesNotContain("building");
    }

    @Test
    void mavenHasOneCollectorAndAllElseThatTheEnvironmentSays() throws Exception {
        var tree = tree("echo \"$JAVA_TOOL_OPTIONS $JDK_JAVA_OPTIONS\" >options; exit 1");
        var environment = Map.of(
                "PATH",
                "/usr/bin:/bin",
                "JAVA_TOOL_OPTIONS",
                "-Dhttps.proxyHost=proxy -XX:+UseG1GC",
                "JDK_JAVA_OPTIONS",
                "-XX:-UseZGC -Dtwo");
        assertThat(run(environment, tree.resolve("banyan").toString(), "--version")
                        .exitCode())
                .isEqualTo(1);
        assertThat(tree.resolve("options"))
                .content()
                .contains("-Dhttps.proxyHost=proxy", "-Dtwo")
                .doesNotContain("GC");
    }

    @Test
    void aPathToOtherFoldersLeadsNowhereElse() throws Exception {
        var tree = tree("echo \"$@\" >>calls; exit 1");
        Files.createDirectories(folder.resolve("other/tree"));
        var environment = Map.of(
                "PATH", "/usr/bin:/bin", "CDPATH", folder.resolve("other").toString());
        assertThat(run(environment, "tree/banyan", "--version").output()).contains("the build failed");
        assertThat(tree.resolve("calls")).exists();
    }

    @Test
    void aFailedBuildShowsTheEndOfItsLogAndWhereItIs() throws Exception {
        var tree = tree("echo '[INFO] Building cli 1 [1/1]'; echo '[ERROR] Banyan.java:[1,2] no such thing'; exit 1");
        var ran = run(Map.of("PATH", "/usr/bin:/bin"), tree.resolve("banyan").toString(), "events", "--version");
        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.output()).contains("the build failed", "no such thing", ".banyan/build.log");
        assertThat(ran.output()).as("the bridge's program tells events").contains("building cli, cdc-bridge ");
    }

    @Test
    void aMavenThatIsInstalledIsThereWholeOrNotAtAll() throws Exception {
        var tree = tree("");
        Files.copy(ROOT.resolve("mvnw"), tree.resolve("mvnw"), StandardCopyOption.REPLACE_EXISTING);
        var wrapper = Files.createDirectories(tree.resolve(".mvn/wrapper"));
        Files.writeString(
                wrapper.resolve("maven-wrapper.properties"), "distributionUrl=http://localhost:9/maven-9-bin.zip\n");
        var tools = Files.createDirectory(folder.resolve("tools"));
        script(tools.resolve("wget"), ": >\"$4\"");
        script(
                tools.resolve("unzip"),
                "mkdir -p \"$4/maven-9/bin\"; printf '#!/bin/sh\\necho whole' >\"$4/maven-9/bin/mvn\"; chmod +x \"$4/maven-9/bin/mvn\"");
        // as where the folder for temporary files is another disk, and this one full: it copies half and says so
        script(
                tools.resolve("mv"),
                "case $2 in \"${3%/*}\"/*) PATH=/usr/bin:/bin; exec mv \"$@\" ;; *) mkdir -p \"$3\"; exit 1 ;; esac");
        var mvnw = tree.resolve("mvnw").toString();
        var path = tools + ":/usr/bin:/bin";
        var ran = run(Map.of("PATH", path, "HOME", folder.toString()), mvnw);
        assertThat(ran.output()).isEqualTo("whole\n");
        assertThat(run(Map.of("PATH", path), mvnw).output())
                .isEqualTo("HOME is not set (expected: it, or MAVEN_USER_HOME)\n");
    }

    @Test
    void withoutFlockALivingBuildIsAwaitedAndADeadOneIsNot() throws Exception {
        var tree = tree("exit 1");
        var tools = Files.createDirectory(folder.resolve("tools"));
        try (var all = Files.list(Path.of("/usr/bin"))) {
            for (var tool : all.filter(each -> !each.endsWith("flock")).toList()) {
                Files.createSymbolicLink(tools.resolve(tool.getFileName()), tool);
            }
        }
        var path = Map.of("PATH", tools.toString());
        var dead = new ProcessBuilder("true").start();
        dead.waitFor();
        var owner = Files.createDirectory(tree.resolve(".banyan")).resolve("build.owner");
        Files.createSymbolicLink(owner, Path.of(Long.toString(dead.pid())));
        var banyan = tree.resolve("banyan").toString();
        assertThat(run(path, banyan, "--version").output())
                .contains("the build failed")
                .doesNotContain("waiting");
        Files.createSymbolicLink(
                owner, Path.of(Long.toString(ProcessHandle.current().pid())));
        var builds = Thread.ofVirtual().start(() -> endWhenAwaited(owner));
        assertThat(run(path, banyan, "--version").output())
                .containsOnlyOnce("another build runs here, waiting for it")
                .contains("the build failed");
        builds.join();
        assertThat(owner).doesNotExist();
    }

    private void endWhenAwaited(Path owner) {
        try {
            while (!Files.readString(folder.resolve("output")).contains("waiting")) {
                Thread.sleep(20);
            }
            Files.delete(owner);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A checkout of which nothing is built, whose Maven is {@code mvnw}. */
    private Path tree(String mvnw) throws IOException {
        var tree = Files.createDirectories(folder.resolve("tree"));
        Files.createDirectories(tree.resolve(".mvn"));
        Files.copy(ROOT.resolve(".mvn/jdk25.sh"), tree.resolve(".mvn/jdk25.sh"));
        Files.copy(ROOT.resolve("banyan"), tree.resolve("banyan"));
        var programs = "cli/src/main/resources/dev/banyan/cli/programs.properties";
        Files.createDirectories(tree.resolve(programs).getParent());
        Files.copy(ROOT.resolve(programs), tree.resolve(programs));
        for (var module : List.of("cli", "gateway", "processes", "routing-rules")) {
            Files.createDirectories(tree.resolve(module).resolve("src/main"));
            Files.writeString(tree.resolve(module).resolve("pom.xml"), "");
        }
        Files.writeString(tree.resolve("routing-rules/src/main/Rules.java"), "");
        Files.writeString(tree.resolve("pom.xml"), "");
        script(tree.resolve("mvnw"), mvnw);
        return tree;
    }

    private static void script(Path file, String text) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + text + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Ran run(Map<String, String> environment, String... command) throws IOException, InterruptedException {
        var output = folder.resolve("output");
        var builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        var process = builder.start();
        assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        return new Ran(process.exitValue(), Files.readString(output));
    }
}
