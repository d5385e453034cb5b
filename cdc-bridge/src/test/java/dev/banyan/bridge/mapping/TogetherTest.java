package dev.banyan.bridge.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TogetherTest {

    @TempDir
    Path folder;

    /** A mapping with aggregates, each a name, a blank and its table. */
    private Mapping mapping(String rules, String... aggregates) throws Exception {
        var text = new StringBuilder("version: 1\n" + rules + "aggregates:\n");
        for (var each : aggregates) {
            var name = each.substring(0, each.indexOf(' '));
            text.append("""
                      %1$s:
                        topic: t
                        subject: "%1$s/{id}"
                        type: "{event}"
                        table: %2$s
                        key: [id]
                        fields: {id: id}
                        events:
                          - {event: %1$sRead, when: backfill}
                          - {event: %1$sIs, when: created}
                          - {event: %1$sWas, when: removed}
                          - {event: %1$sDid, when: otherwise}
                    """.formatted(name, each.substring(name.length() + 1)).indent(2));
        }
        return MappingFile.read(Files.writeString(folder.resolve("mapping.yaml"), text));
    }

    private static List<String> names(Mapping mapping) {
        return mapping.together().stream().map(Together::name).sorted().toList();
    }

    @Test
    void aTableOrARuleTiesAggregatesAlsoThroughOthers() throws Exception {
        var rules = "transactions: [{event: Both, topic: t, type: '{event}', any: [bIs, bDid], none: [cIs]}]\n";

        assertThat(names(mapping(rules, "a one", "c three", "d four", "b one"))).containsExactly("a+b+c", "d");
        assertThat(names(mapping(rules, "a one", "b two", "c three", "d four"))).containsExactly("a", "b+c", "d");
    }

    @Test
    void aNameThatWouldBeLongCountsTheOthers() throws Exception {
        var many = IntStream.range(100, 200)
                .mapToObj(number -> "a" + number + " one")
                .toList();

        assertThat(names(mapping("", many.toArray(String[]::new)))).containsExactly("a100+99");
    }
}
