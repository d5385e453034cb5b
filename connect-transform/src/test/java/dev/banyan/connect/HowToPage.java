package dev.banyan.connect;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** The page that explains the transformation; tests run what it shows. */
final class HowToPage {

    private static final Path PAGE = Path.of("../docs/how-to/run-the-mapping-on-kafka-connect.md");

    private HowToPage() {}

    static String mapping() {
        return snippet("yaml");
    }

    static String connector() {
        return snippet("json");
    }

    private static String snippet(String language) {
        try {
            var matcher = Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
                    .matcher(Files.readString(PAGE));
            if (!matcher.find()) {
                throw new AssertionError(PAGE + ": no " + language);
            }
            return matcher.group(1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
