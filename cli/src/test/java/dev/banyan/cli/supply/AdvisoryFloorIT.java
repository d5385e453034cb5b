package dev.banyan.cli.supply;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.maven.artifact.versioning.ComparableVersion;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Every application's jars stand at or above the versions of {@code advisory-floor.yaml}, or at its stated exception. */
class AdvisoryFloorIT {

    private static final Path ROOT = Path.of(System.getProperty("banyan.root"));

    /** One line of the list. */
    record Floor(
            String artifact,
            String floor,
            String reason,
            @Nullable StatedException exception) {

        /** The version shipped although it is below the floor. */
        record StatedException(String shipped, String reason, String mitigatingTest, LocalDate reviewBy) {}

        /** Versions of this artifact among the jar names of {@code folder}; native jars carry a classifier at the end. */
        Stream<String> versionsIn(Path folder) {
            var name = Pattern.compile(Pattern.quote(artifact.substring(artifact.indexOf(':') + 1))
                    + "-(\\d[\\w.]*?)(-(?:linux|osx|windows)-\\w+)?\\.jar");
            try (var jars = Files.list(folder)) {
                return jars
                        .map(jar -> name.matcher(jar.getFileName().toString()))
                        .filter(matcher -> matcher.matches())
                        .map(matcher -> matcher.group(1))
                        .toList()
                        .stream();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException("listing " + folder, e);
            }
        }

        @Override
        public String toString() {
            return artifact + " >= " + floor;
        }
    }

    /** The file. */
    record Floors(List<Floor> floors) {}

    static List<Floor> floors() {
        return new YAMLMapper()
                .readValue(ROOT.resolve("advisory-floor.yaml").toFile(), Floors.class)
                .floors();
    }

    private static List<Path> libraryFolders() throws IOException {
        try (var folders = Files.find(
                ROOT, 4, (path, attributes) -> attributes.isDirectory() && path.endsWith(Path.of("target", "lib")))) {
            return folders.toList();
        }
    }

    @ParameterizedTest
    @MethodSource("floors")
    void noApplicationShipsALibraryBelowItsFloor(Floor floor) throws IOException {
        var folders = libraryFolders();
        Assumptions.assumeFalse(folders.isEmpty(), "no module is packaged: run ./mvnw verify");
        var shipped = new TreeSet<String>();
        for (var folder : folders) {
            floor.versionsIn(folder).forEach(shipped::add);
        }
        assertThat(shipped)
                .as("%s: shipped by no application any more, take it off the list", floor.artifact())
                .isNotEmpty();
        for (var version : shipped) {
            if (new ComparableVersion(version).compareTo(new ComparableVersion(floor.floor())) >= 0) {
                assertThat(floor.exception())
                        .as("%s: %s is at the floor, take the exception off", floor.artifact(), version)
                        .isNull();
            } else {
                assertThat(floor.exception())
                        .as(
                                "%s: %s shipped (expected: %s, %s)",
                                floor.artifact(), version, floor.floor(), floor.reason())
                        .isNotNull();
                holds(floor.exception(), version);
            }
        }
    }

    private static void holds(Floor.@Nullable StatedException exception, String version) throws IOException {
        if (exception == null) {
            return;
        }
        assertThat(exception.shipped()).isEqualTo(version);
        assertThat(LocalDate.now(java.time.ZoneOffset.UTC))
                .as("review of the exception for %s: %s", version, exception.reason())
                .isBeforeOrEqualTo(exception.reviewBy());
        var test = Path.of("src", "test", "java")
                .resolve(exception.mitigatingTest().replace('.', '/') + ".java");
        try (var found = Files.find(ROOT, 12, (path, attributes) -> path.endsWith(test))) {
            assertThat(found.findAny()).as("mitigating test %s", test).isPresent();
        }
    }
}
