package dev.banyan.cli.supply;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every page that a page of ours points to exists. */
class LinksTest {

    private static final Path ROOT = Path.of(System.getProperty("banyan.root"));

    /** {@code [text](target)}, but for addresses of the web and places within the page. */
    private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:|#)([^)#\\s]+)(?:#[^)]*)?\\)");

    @Test
    void everyLinkLeadsToAFile() throws IOException {
        var broken = new ArrayList<String>();
        for (var page : pages()) {
            var links = LINK.matcher(Files.readString(page));
            while (links.find()) {
                var target = page.resolveSibling(links.group(1)).normalize();
                if (!Files.exists(target)) {
                    broken.add(ROOT.relativize(page) + " -> " + links.group(1));
                }
            }
        }
        assertThat(broken).isEmpty();
    }

    private static List<Path> pages() throws IOException {
        var pages = new ArrayList<Path>();
        for (var folder : List.of("docs", "legacy-sample", "routing-rules", "cdc-bridge", "new-services")) {
            try (var found = Files.walk(ROOT.resolve(folder))) {
                found.filter(path -> path.toString().endsWith(".md")
                                && !path.toString().contains("/target/"))
                        .forEach(pages::add);
            }
        }
        Stream.of("README.md", "ARCHITECTURE.md", "GLOSSARY.md")
                .map(ROOT::resolve)
                .forEach(pages::add);
        return pages;
    }
}
