package dev.banyan.cli.supply;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.cli.Banyan;
import dev.banyan.process.Checkout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Numbers have the same digits and points wherever a program runs: others read them again. */
class LocaleTest {

    private static final Path ROOT = Path.of(System.getProperty("banyan.root"));

    private static final String RULES = """
            backends:
              - {name: legacy, url: "http://legacy:8081", baseline: true}
              - {name: orders, url: "http://orders:8083"}
            routes:
              - name: orders
                matches: [{path: {value: /orders}}]
                candidate: orders
                stage: %s
            """;

    @TempDir
    private Path folder;

    @Test
    void aProgramPrintsTheSameNumbersInALocaleWithOtherDigits() throws IOException, InterruptedException {
        Files.createDirectory(folder.resolve("before"));
        Files.createDirectory(folder.resolve("after"));
        Files.writeString(folder.resolve("before/rules.yaml"), RULES.formatted("off"));
        Files.writeString(folder.resolve("after/rules.yaml"), RULES.formatted("complete"));
        var line = "10.0.0.1 - - [24/Nov/2026:03:00:00 +0000] \"GET /orders/7 HTTP/1.1\" 200 12 \"-\" \"-\"\n";
        Files.writeString(folder.resolve("access.log"), line);
        var out = folder.resolve("out");
        var command = List.of(
                Checkout.java().toString(),
                "-Duser.language=fa",
                "-Duser.country=IR",
                "-cp",
                System.getProperty("java.class.path"),
                Banyan.class.getName());
        var plan = List.of("rules", "plan", "before", "after", "--log", "access.log");
        var process = new ProcessBuilder(
                        Stream.concat(command.stream(), plan.stream()).toList())
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        process.waitFor();
        assertThat(out).content(UTF_8).contains("1 requests of the log: 1.0 would go elsewhere");
    }

    @Test
    void everyProgramOfOursPrintsThem() throws IOException {
        var modules = Pattern.compile("<module>(?!legacy-sample)(.+)</module>")
                .matcher(Files.readString(ROOT.resolve("pom.xml")))
                .results()
                .map(module -> ROOT.resolve(module.group(1)).resolve("src/main/java"))
                .toList();
        var programs = 0;
        for (var sources : modules) {
            try (var files = Files.walk(sources)) {
                for (var file : files.filter(LocaleTest::isProgramOfOurs).toList()) {
                    assertThat(file).content().contains("Locale.setDefault(Locale.Category.FORMAT, Locale.ENGLISH);");
                    programs++;
                }
            }
        }
        assertThat(programs).isGreaterThan(5);
    }

    /** Those in {@code bench/server} are other people's software, which the bench measures as it is. */
    private static boolean isProgramOfOurs(Path file) {
        try {
            return file.toString().endsWith(".java")
                    && !file.toString().contains("/bench/server/")
                    && Files.readString(file).contains("public static void main(");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
