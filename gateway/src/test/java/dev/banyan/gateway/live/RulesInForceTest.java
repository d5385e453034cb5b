package dev.banyan.gateway.live;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.gateway.backend.BackendAddresses;
import dev.banyan.gateway.backend.BackendTls;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RulesInForceTest {

    private static final int WAIT_SECONDS = 30;

    @TempDir
    private Path folder;

    /** As when somebody is given the right to read it, or its disk answers again: nothing of the file itself has changed. */
    @Test
    void aFileThatCouldNotBeReadIsReadAgainThoughItLooksTheSame() throws Exception {
        Path files = Files.createDirectories(folder.resolve("rules"));
        Path shop = Files.writeString(files.resolve("shop.yaml"), rules("first"));
        try (var addresses = new BackendAddresses(null, _ -> false)) {
            RulesInForce rules = inForce(files, null, addresses, InstantSource.system());
            Files.delete(shop);
            Files.createSymbolicLink(shop, Path.of("/proc/self/mem")); // a file that cannot be read
            assertThat(rules.reload()).isFalse();
            Files.delete(shop);
            Files.writeString(shop, rules("second"));
            for (int looks = 0; looks < 5; looks++) {
                rules.lookAgain();
            }
            assertThat(rules.lastRejected()).isNull();
            assertThat(baseline(rules)).isEqualTo("second");
            rules.letGo();
        }
    }

    @Test
    void rulesThatAnErrorKeepsOutAreSaidToBeRefused() throws Exception {
        Path files = Files.createDirectories(folder.resolve("rules"));
        Path shop = Files.writeString(files.resolve("shop.yaml"), rules("first"));
        var failing = new AtomicBoolean();
        InstantSource clock = () -> {
            if (failing.getAndSet(false)) {
                throw new OutOfMemoryError("of a test");
            }
            return Instant.EPOCH;
        };
        try (var addresses = new BackendAddresses(null, _ -> false)) {
            RulesInForce rules = inForce(files, null, addresses, clock);
            Files.writeString(shop, rules("second"));
            failing.set(true);
            assertThatThrownBy(rules::reloadFolder).isInstanceOf(OutOfMemoryError.class);
            assertThat(rules.lastRejected()).isNotNull().satisfies(why -> assertThat(
                            why.problems().getFirst().found())
                    .endsWith("java.lang.OutOfMemoryError: of a test"));
            for (int looks = 0; looks < 5; looks++) {
                rules.lookAgain();
            }
            assertThat(baseline(rules)).as("they are not tried again").isEqualTo("first");
            Files.writeString(shop, rules("third"));
            assertThat(rules.reloadFolder()).isTrue();
            assertThat(rules.lastRejected()).isNull();
            rules.letGo();
        }
    }

    @Test
    void anErrorDoesNotEndTheThreadThatBringsRules() throws Exception {
        Path files = folder.resolve("brought");
        var failing = new AtomicBoolean();
        InstantSource clock = () -> {
            if (failing.getAndSet(false)) {
                throw new OutOfMemoryError("as rules are read");
            }
            return Instant.EPOCH;
        };
        var remote = new Remote(failing);
        try (var addresses = new BackendAddresses(null, _ -> false);
                var mirror = new RulesMirror(remote, files, Duration.ofMillis(1))) {
            RulesInForce rules = inForce(files, mirror, addresses, clock);
            remote.rules.set(rules);
            mirror.start(rules);
            remote.taken.get(WAIT_SECONDS, TimeUnit.SECONDS);
            assertThat(baseline(rules)).isEqualTo("third");
            assertThat(remote.told)
                    .containsExactly(
                            "1 -", // fetching will fail
                            "1 java.lang.OutOfMemoryError: as they are fetched",
                            "2 java.lang.OutOfMemoryError: as rules are read",
                            "2 java.lang.OutOfMemoryError: as rules are read"); // they are not tried again and again
            rules.letGo();
        }
    }

    /** A source that fails, then has rules that nobody can read, then nothing new, and then others. */
    private static final class Remote implements RemoteRules {

        private final AtomicBoolean failing;
        private final AtomicReference<@Nullable RulesInForce> rules = new AtomicReference<>();
        private final List<String> told = new ArrayList<>();
        private final CompletableFuture<Void> taken = new CompletableFuture<>();

        private Remote(AtomicBoolean failing) {
            this.failing = failing;
        }

        @Override
        public Optional<RemoteRules.Files> fetch(@Nullable String known, @Nullable String newest) {
            RulesInForce inForce = rules.get();
            if (inForce == null) {
                return files("1", "first");
            }
            if ("3".equals(known)) {
                taken.complete(null);
                return Optional.empty();
            }
            Rejection rejected = inForce.lastRejected();
            told.add(known + " "
                    + (rejected == null
                            ? "-"
                            : rejected.problems().getFirst().found().substring("here: ".length())));
            return switch (told.size()) {
                case 1 -> throw new OutOfMemoryError("as they are fetched");
                case 2 -> {
                    failing.set(true);
                    yield files("2", "second");
                }
                case 3 -> Optional.empty();
                default -> files("3", "third");
            };
        }

        private static Optional<RemoteRules.Files> files(String version, String baseline) {
            return Optional.of(new RemoteRules.Files(
                    version,
                    Map.of("rules.yaml", RulesInForceTest.rules(baseline).getBytes(UTF_8))));
        }

        @Override
        public String where() {
            return "here";
        }

        @Override
        public void close() {}
    }

    private RulesInForce inForce(
            Path files, @Nullable RulesMirror mirror, BackendAddresses addresses, InstantSource clock)
            throws Exception {
        return new RulesInForce(
                new RulesSource(files, null, null, Map.of()),
                mirror,
                Files.createDirectories(folder.resolve("run")),
                new ForbiddenAddresses(),
                null,
                BackendTls.trustingTheJdk(files),
                addresses,
                clock);
    }

    private static String rules(String baseline) {
        return "backends: [{name: " + baseline + ", url: 'http://127.0.0.1:9', baseline: true}]\n";
    }

    private static String baseline(RulesInForce rules) {
        return rules.current().files().backends().getFirst().name();
    }
}
