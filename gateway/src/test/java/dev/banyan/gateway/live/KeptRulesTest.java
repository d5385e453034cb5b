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
    void aCopyIsOnTheDiskBeforeThePointerToItIsAndThatBeforeTheOldCopyGoes() throws Exception {
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
