package dev.banyan.rules;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.rules.format.RulesFormat;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/** Rule files with characters beyond U+FFFF wherever they fall in the parser's buffer. */
final class WholeCharactersTest {

    private static final Path FILE = Path.of("rules.yaml");

    @Test
    void aFileIsReadWhereverItsEmojiStands() throws Exception {
        for (int blanks = 940; blanks < 1_060; blanks++) {
            String text = "#" + "-".repeat(blanks) + "😀".repeat(20)
                    + "\nbackends: [{name: legacy, url: \"http://a\", baseline: true}]\n";
            assertThat(RulesFolder.parse(FILE, text.getBytes(UTF_8)).backends()).hasSize(1);
            assertThat(RulesFormat.format(FILE, text)).contains("😀".repeat(20));
        }
    }

    @Test
    void noPairIsPartedAndNothingIsLostWhateverIsAskedFor() throws IOException {
        String text = "a😀b😀😀c\ud83d";
        for (int length = 1; length < 12; length++) {
            var parts = new ArrayList<String>();
            var buffer = new char[length];
            try (Reader reader = new WholeCharacters(text)) {
                for (int read = reader.read(buffer); read >= 0; read = reader.read(buffer)) {
                    assertThat(read).isPositive();
                    parts.add(new String(buffer, 0, read));
                }
            }
            assertThat(String.join("", parts)).isEqualTo(text);
            if (length > 1) {
                assertThat(parts.subList(0, parts.size() - 1))
                        .noneMatch(part -> Character.isHighSurrogate(part.charAt(part.length() - 1)));
            }
        }
    }
}
