package dev.banyan.gateway.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.gateway.http.Origin;
import dev.banyan.rules.Compare;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Two runs of an unchanged, server-rendered application, without any ignore rule: see the README beside the pages. */
class RealPagesTest {

    private static final Path PAGES =
            Path.of(System.getProperty("banyan.root", ".."), "gateway/src/test/resources/pages");

    static Stream<String> pages() throws IOException {
        try (Stream<Path> files = Files.list(PAGES)) {
            return files
                    .map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".1.http"))
                    .map(name -> name.substring(0, name.length() - ".1.http".length()))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("pages")
    void anUnchangedApplicationHasNoDifferences(String page) throws IOException {
        Reply first = saved(page, 1);
        Reply second = saved(page, 2);
        var origins = new Origins(new HashSet<>(List.of(originOf(first), originOf(second))));
        var comparer = new Comparer(Compare.UNSET, origins, LocalDate.EPOCH);

        assertThat(Replies.text(comparer.compare(first, second, Replies.NOW))).isEqualTo("alike");
    }

    @Test
    void whatIsPassedOverIsReallyInThePages() throws IOException {
        // Otherwise the test above would show nothing.
        List<String> pages = pages().toList();
        assertThat(pages).hasSizeGreaterThanOrEqualTo(18);
        List<String> different = new ArrayList<>();
        for (String page : pages) {
            if (!Arrays.equals(saved(page, 1).body(), saved(page, 2).body())) {
                different.add(page);
            }
        }
        assertThat(different).contains("login", "basket", "checkout", "buy", "backoffice", "order");
    }

    @ParameterizedTest
    @MethodSource("pages")
    void aChangedWordIsFoundOnEveryPage(String page) throws IOException {
        Reply first = saved(page, 1);
        String body = new String(first.body(), StandardCharsets.UTF_8);
        if (!first.header("content-type").startsWith("text/html") || !body.contains("<h1>")) {
            return;
        }
        Reply changed = Replies.of(first.status(), first.header("content-type"), body.replace("<h1>", "<h1>!"));

        Comparison comparison = Replies.compare(
                Replies.rules("compare: {headers: []}"),
                Replies.of(first.status(), first.header("content-type"), body),
                changed);

        assertThat(comparison).isInstanceOfSatisfying(Comparison.Differs.class, differs -> {
            assertThat(differs.differences()).hasSize(1);
            assertThat(differs.differences().getFirst().path()).endsWith("h1");
            assertThat(differs.differences().getFirst().kind()).isEqualTo(Difference.Kind.VALUE);
        });
    }

    private static Origin originOf(Reply reply) {
        String location = reply.header("location");
        return Origin.of(URI.create(location.isEmpty() ? "http://127.0.0.1:1" : location));
    }

    private static Reply saved(String page, int run) throws IOException {
        byte[] all = Files.readAllBytes(PAGES.resolve(page + "." + run + ".http"));
        String text = new String(all, StandardCharsets.ISO_8859_1);
        int end = text.indexOf("\n\n");
        List<String> head = text.substring(0, end).lines().toList();
        List<Map.Entry<String, String>> headers = head.stream()
                .skip(1)
                .map(line -> Map.entry(line.substring(0, line.indexOf(": ")), line.substring(line.indexOf(": ") + 2)))
                .toList();
        int status = Integer.parseInt(head.getFirst().substring(9));
        return new Reply(status, headers, Arrays.copyOfRange(all, end + 2, all.length), false);
    }
}
