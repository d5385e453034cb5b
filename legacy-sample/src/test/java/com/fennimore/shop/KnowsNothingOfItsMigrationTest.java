package com.fennimore.shop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A legacy application that was changed for its migration would prove nothing. */
class KnowsNothingOfItsMigrationTest {

    @Test
    void theWordBanyanOccursInNoFileOfTheShop() throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(Path.of("src/main"))) {
            files = walk.filter(Files::isRegularFile).toList();
        }

        assertThat(files).hasSizeGreaterThan(50).noneMatch(KnowsNothingOfItsMigrationTest::saysIt);
    }

    private static boolean saysIt(Path file) {
        try {
            String text = file + new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
            return text.toLowerCase(Locale.ROOT).contains("banyan");
        } catch (IOException e) {
            throw new IllegalStateException("reading " + file, e);
        }
    }
}
