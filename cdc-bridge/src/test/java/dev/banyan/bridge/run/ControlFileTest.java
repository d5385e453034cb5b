package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where the control file lies, and who may delete it. */
class ControlFileTest {

    @ParameterizedTest
    @CsvSource(textBlock = """
            jdbc:h2:/var/lib/store                  , /var/lib/store.control
            jdbc:h2:file:./store;CIPHER=AES         , ./store.control
            jdbc:h2:~/store                         , HOME/store.control
            jdbc:h2:file:~/store;DB_CLOSE_DELAY=-1  , HOME/store.control
            jdbc:h2:~other/store                    , ~other/store.control
            """)
    void liesWhereH2HasTheStore(String jdbcUrl, String expected) {
        assertThat(ControlFile.beside(jdbcUrl))
                .contains(Path.of(expected.replace("HOME", System.getProperty("user.home"))));
    }

    @Test
    void aProcessThatEndsLeavesItsSuccessorsFile(@TempDir Path folder) throws IOException {
        var file = folder.resolve("store.control");
        var old = ControlFile.write(file, 1);
        var successor = ControlFile.write(file, 1);

        old.delete(file);

        assertThat(ControlFile.read("jdbc:h2:" + folder.resolve("store"))).isEqualTo(Optional.of(successor));
        successor.delete(file);
        assertThat(file).doesNotExist();
    }
}
