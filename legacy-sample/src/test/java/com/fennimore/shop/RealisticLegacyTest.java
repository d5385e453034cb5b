package com.fennimore.shop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The list of what is old on purpose names files; they must be there. */
class RealisticLegacyTest {

    @Test
    void everyFileThatTheListNamesExists() throws IOException {
        List<String> named = Browser.all(
                Files.readString(Path.of("realistic-legacy/README.md")), "`((?:java|resources)/[^`]+\\.\\w+)`");

        assertThat(named).hasSizeGreaterThan(30).allSatisfy(file -> assertThat(Path.of("src/main", file))
                .exists());
    }
}
