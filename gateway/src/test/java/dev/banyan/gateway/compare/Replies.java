package dev.banyan.gateway.compare;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.banyan.rules.Compare;
import dev.banyan.rules.RulesException;
import dev.banyan.rules.RulesFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Makes replies and rules for tests, and asks for comparisons. */
final class Replies {

    static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");

    private Replies() {}

    static Reply json(String body) {
        return of(200, "application/json", body);
    }

    static Reply html(String body) {
        return of(200, "text/html;charset=UTF-8", body);
    }

    static Reply of(int status, String contentType, String body) {
        return of(status, contentType, body.getBytes(UTF_8));
    }

    static Reply of(int status, String contentType, byte[] body) {
        return new Reply(status, List.of(Map.entry("Content-Type", contentType)), body, false);
    }

    /** A reply with these headers, given in pairs. */
    static Reply headed(String... namesAndValues) {
        var headers = new ArrayList<Map.Entry<String, String>>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.add(Map.entry(namesAndValues[i], namesAndValues[i + 1]));
        }
        return new Reply(200, headers, "x".getBytes(UTF_8), false);
    }

    static Comparison compare(Reply baseline, Reply candidate) {
        return compare(Compare.UNSET, baseline, candidate);
    }

    static Comparison compare(Compare rules, Reply baseline, Reply candidate) {
        return comparer(rules).compare(baseline, candidate, NOW);
    }

    static Comparer comparer(Compare rules) {
        return new Comparer(rules, new Origins(Set.of()), LocalDate.of(2026, 11, 25));
    }

    /** The comparison's rules that a file with this {@code compare:} section says. */
    static Compare rules(String compare) {
        try {
            Path folder = Files.createTempDirectory("rules");
            Path file = folder.resolve("rules.yaml");
            Files.writeString(file, """
                    backends:
                      - {name: legacy, url: "http://localhost:1", baseline: true}
                      - {name: new, url: "http://localhost:2"}
                    routes:
                      - name: one
                        matches: [{path: {type: PathPrefix, value: /}}]
                        candidate: new
                        stage: shadow
                        mirror: {percent: 10}
                    """ + compare.indent(4));
            var rules = RulesFolder.read(folder);
            Files.delete(file);
            Files.delete(folder);
            return Objects.requireNonNullElse(rules.routes().getFirst().compare(), Compare.UNSET);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (RulesException e) {
            throw new IllegalArgumentException(compare + "\n" + e.problems(), e);
        }
    }

    /** What came of a comparison, one difference a line, as the reference page writes it. */
    static String text(Comparison comparison) {
        return switch (comparison) {
            case Comparison.Same same -> same.isByRule() ? "alike by an ignore rule" : "alike";
            case Comparison.NotComparable none -> "not comparable: " + none.detail();
            case Comparison.Differs differs -> {
                var lines = new ArrayList<String>();
                differs.differences()
                        .forEach(each -> lines.add("%s %s %s: %s -> %s%s"
                                .formatted(
                                        words(each.severity()),
                                        words(each.kind()),
                                        each.at(),
                                        Objects.requireNonNullElse(each.baseline(), "nothing"),
                                        Objects.requireNonNullElse(each.candidate(), "nothing"),
                                        each.places() == 1 ? "" : " (" + each.places() + " places)")));
                differs.notes().forEach(note -> lines.add("note: " + note));
                yield String.join("\n", lines);
            }
        };
    }

    private static String words(Enum<?> value) {
        return value.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
    }
}
