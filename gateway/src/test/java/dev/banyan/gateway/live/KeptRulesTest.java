package dev.banyan.gateway.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.rules.RuleSet;
import dev.banyan.rules.RulesFolder;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a copy of the rules when the machine loses power, as far as a program can tell. */
class KeptRulesTest {

    @TempDir
    Path folder;

    @Test
    void aCopyIsOnTheDiskBeforeThePointerToItIs() throws Exception {
        Path rules = Files.createDirectories(folder.resolve("rules"));
        Path run = Files.createDirectories(folder.resolve("run"));
        Files.writeString(rules.resolve("shop.yaml"), "backends: [{name: legacy, url: 'http://a', baseline: true}]\n");
        var lastGood = new LastGoodRules(run, rules, "here");
        List<String> forced;
        try (var recording = new Recording()) {
            recording.enable("jdk.FileForce").withThreshold(Duration.ZERO);
            recording.start();
            assertThat(lastGood.keep(RulesFolder.read(rules), Instant.EPOCH)).isTrue();
            recording.stop();
            Path events = folder.resolve("events.jfr");
            recording.dump(events);
            forced = RecordingFile.readAllEvents(events).stream()
                    .map(event -> event.getString("path"))
                    .toList();
        }
        Path copy = lastGood.find().orElseThrow().folder();
        Path copies = run.resolve("last-good-rules");
        assertThat(forced)
                .containsSubsequence(copy.resolve("shop.yaml").toString(), copies.toString(), run.toString())
                .contains(copy.toString());
        int pointer = forced.size() - 2;
        assertThat(forced.get(pointer)).startsWith(copies.resolve("pointer").toString());
        assertThat(forced).endsWith(run.toString());
    }

    /** The start does not wait for the disk; what is edited meanwhile is in no copy. */
    @Test
    void aCopyThatWasBegunIsNamedOnceItIsOnTheDisk() throws Exception {
        Path rules = Files.createDirectories(folder.resolve("rules"));
        Path run = Files.createDirectories(folder.resolve("run"));
        Path shop = rules.resolve("shop.yaml");
        Files.writeString(shop, "backends: [{name: legacy, url: 'http://a', baseline: true}]\n");
        var lastGood = new LastGoodRules(run, rules, "here");
        RuleSet first = RulesFolder.read(rules);
        assertThat(lastGood.begin(first, Instant.EPOCH)).isTrue();
        assertThat(lastGood.find()).isEmpty();
        assertThat(lastGood.isBegun()).isTrue();
        Files.writeString(shop, "backends: [");
        assertThat(lastGood.finish()).isTrue();
        assertThat(lastGood.isBegun()).isFalse();
        assertThat(lastGood.find().orElseThrow().rules()).isEqualTo(first);
    }

    /** Neither one that changed meanwhile nor one that cannot be made to its end. */
    @Test
    void theCopyBeforeStaysUntilThereIsAnother() throws Exception {
        Path rules = Files.createDirectories(folder.resolve("rules"));
        Path run = Files.createDirectories(folder.resolve("run"));
        Path shop = rules.resolve("shop.yaml");
        Files.writeString(shop, "backends: [{name: legacy, url: 'http://a', baseline: true}]\n");
        var lastGood = new LastGoodRules(run, rules, "here");
        RuleSet first = RulesFolder.read(rules);
        assertThat(lastGood.keep(first, Instant.EPOCH)).isTrue();
        Files.writeString(shop, "backends: [{name: legacy, url: 'http://b', baseline: true}]\n");
        assertThat(lastGood.keep(first, Instant.EPOCH)).isTrue();
        assertThat(lastGood.find().orElseThrow().rules()).isEqualTo(first);
        RuleSet second = RulesFolder.read(rules);
        Files.delete(shop);
        Files.createSymbolicLink(shop, Path.of("/proc/self/mem")); // a file that cannot be read
        assertThat(lastGood.keep(second, Instant.EPOCH)).isFalse();
        assertThat(lastGood.find().orElseThrow().rules()).isEqualTo(first);
    }

    @Test
    void rulesOfNoFileHaveNoCopyAndThoseBeforeAreForgotten() throws Exception {
        Path rules = Files.createDirectories(folder.resolve("rules"));
        Path run = Files.createDirectories(folder.resolve("run"));
        var lastGood = new LastGoodRules(run, rules, "here");
        RuleSet none = RuleSet.passThrough(URI.create("http://a"));
        assertThat(lastGood.keep(none, Instant.EPOCH)).isTrue();
        assertThat(run).isEmptyDirectory();
        Files.writeString(rules.resolve("shop.yaml"), "backends: [{name: legacy, url: 'http://a', baseline: true}]\n");
        assertThat(lastGood.keep(RulesFolder.read(rules), Instant.EPOCH)).isTrue();
        assertThat(lastGood.find()).isPresent();
        Files.delete(rules.resolve("shop.yaml"));
        assertThat(lastGood.keep(none, Instant.EPOCH)).isTrue();
        assertThat(lastGood.find()).isEmpty();
        assertThat(run.resolve("last-good-rules")).isEmptyDirectory();
    }
}
