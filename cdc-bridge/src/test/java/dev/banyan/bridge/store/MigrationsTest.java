package dev.banyan.bridge.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The files that bring a store up to date. */
class MigrationsTest {

    /** Stores are past this one: a file of that number would come out of order, and each of them would refuse to open. */
    private static final int NEVER_GIVEN = 5;

    @Test
    void aNewOneHasTheNextNumberAndNoneIsUsedLate() throws Exception {
        try (var files = Files.list(Path.of("src/main/resources/db/bridge"))) {
            var numbers = files.map(file -> file.getFileName().toString())
                    .map(name -> Integer.parseInt(name.replaceFirst("V([0-9]+)__[a-z_]+\\.sql", "$1")))
                    .sorted()
                    .toList();

            assertThat(numbers)
                    .containsExactlyElementsOf(IntStream.rangeClosed(1, numbers.getLast())
                            .filter(number -> number != NEVER_GIVEN)
                            .boxed()
                            .toList());
        }
    }
}
