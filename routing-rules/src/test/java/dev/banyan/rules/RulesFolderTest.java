package dev.banyan.rules;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RulesFolderTest {

    private static final String RULES = """
            backends:
              - {name: legacy, url: "http://localhost:8081", baseline: true}
              - {name: catalog, url: "http://localhost:8082", timeouts: {connect: 1h}}
            cohorts:
              - {name: shopper, key: [{generateCookie: banyan_id}], salt: x}
            routes:
              - name: browse
                matches: [{method: GET, path: {type: PathPrefix, value: /catalog}, headers: [{name: a, value: b}]}]
                candidate: catalog
                cohort: shopper
                stage: live
                weight: 5%
            """;

    @TempDir
    Path folder;

    @Test
    void onlyYamlFilesDirectlyInTheFolderAreRead() throws Exception {
        Files.writeString(folder.resolve("a.yaml"), RULES);
        Files.writeString(folder.resolve("README.md"), "no rules");
        Files.writeString(folder.resolve(".a.yaml.swp.yaml"), "half a");
        Files.createDirectory(folder.resolve("old.yaml"));
        Files.createDirectory(folder.resolve("sub"));
        Files.writeString(folder.resolve("sub").resolve("b.yaml"), "no rules");
        assertThat(RulesFolder.read(folder).routes()).hasSize(1);
    }

    @Test
    void theRulesThatStandInThisModuleAreSound() throws Exception {
        assertThat(RoutingTable.compile(RulesFolder.read(Path.of(""))).rules().routes())
                .isNotEmpty();
    }

    @Test
    void whatStandsInWhichFileMakesNoDifference() throws Exception {
        Files.writeString(folder.resolve("a.yaml"), RULES);
        String hash = RulesFolder.read(folder).hash();
        int routes = RULES.indexOf("routes:");
        Files.writeString(folder.resolve("a.yaml"), "# comment\n" + RULES.substring(routes));
        Files.writeString(folder.resolve("b.yaml"), RULES.substring(0, routes));
        assertThat(RulesFolder.read(folder).hash()).isEqualTo(hash);
        Files.writeString(folder.resolve("a.yaml"), RULES.substring(routes).replace("5%", "5.01%"));
        assertThat(RulesFolder.read(folder).hash()).isNotEqualTo(hash);
    }

    @Test
    void aMissingOrEmptyFolderIsAProblem() {
        assertThatThrownBy(() -> RulesFolder.read(folder.resolve("none")))
                .isInstanceOf(RulesException.class)
                .hasMessageContaining("unreadable");
        assertThatThrownBy(() -> RulesFolder.read(folder))
                .isInstanceOf(RulesException.class)
                .hasMessageContaining("0 files");
    }

    @Test
    void filesBeyondTheLimitAreNotRead() throws Exception {
        Files.writeString(folder.resolve("a.yaml"), RULES);
        try (var out = Files.newOutputStream(folder.resolve("b.yaml"))) {
            byte[] line = "# nothing\n".repeat(100_000).getBytes(UTF_8);
            for (long written = 0; written <= RulesFolder.BYTES_MAX; written += line.length) {
                out.write(line);
            }
        }
        assertThatThrownBy(() -> RulesFolder.read(folder))
                .isInstanceOf(RulesException.class)
                .hasMessageContaining("too large");
    }

    @Test
    void aByteThatIsNoUtf8IsShownAtItsPlace() throws Exception {
        Files.write(folder.resolve("a.yaml"), new byte[] {'a', '\n', 'b', ':', (byte) 0xE4, '\n'});
        assertThatThrownBy(() -> RulesFolder.read(folder))
                .isInstanceOf(RulesException.class)
                .hasMessageEndingWith("a.yaml:2:3: text: the byte E4 (expected: UTF-8)");
    }

    @Test
    void aPlaceBehindEmojisCountsEachAsOne() {
        byte[] bytes = "# 😀😀?".getBytes(UTF_8);
        bytes[bytes.length - 1] = (byte) 0xff;
        assertThat(RulesFolder.problems(Path.of("a.yaml"), "# 😀😀😀\n\u0007".getBytes(UTF_8)))
                .extracting(Problem::line, Problem::column)
                .containsExactly(tuple(2, 1));
        assertThat(RulesFolder.problems(Path.of("a.yaml"), bytes))
                .extracting(Problem::line, Problem::column)
                .containsExactly(tuple(1, 5));
    }

    @Test
    void aliasesCannotBlowUp() throws Exception {
        Files.writeString(folder.resolve("a.yaml"), "a: &a [x]\nb: &b [*a,*a]\nc: [*b,*b]\n");
        assertThatThrownBy(() -> RulesFolder.read(folder)).hasMessageContaining("an anchor or alias");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void damagedFilesGiveProblemsAndNeverAnotherException(long seed) throws Exception {
        var random = new Random(seed);
        byte[] rules = RULES.getBytes(UTF_8);
        Path file = folder.resolve("a.yaml");
        int refused = 0;
        for (int i = 0; i < 600; i++) {
            byte[] damaged = damaged(rules, random);
            Files.write(file, damaged);
            try {
                RoutingTable.compile(RulesFolder.read(folder));
            } catch (RulesException e) {
                refused++;
                assertThat(e.problems()).isNotEmpty().allSatisfy(each -> {
                    assertThat(each.file()).isEqualTo(file);
                    assertThat(each.line())
                            .isLessThanOrEqualTo(
                                    2 + (int) new String(damaged, UTF_8).lines().count());
                    assertThat(each.found()).isNotBlank();
                    assertThat(each.expected()).isNotBlank();
                });
            } catch (RuntimeException e) {
                throw new AssertionError("for\n" + new String(damaged, UTF_8), e);
            }
        }
        assertThat(refused).isGreaterThan(280);
    }

    private static byte[] damaged(byte[] rules, Random random) {
        byte[] damaged = rules.clone();
        String odd = "{}[]:,-\"'#&*!|>%@`\n\t $0x\0/;\\\u007f";
        for (int i = 0; i <= random.nextInt(3); i++) {
            int at = random.nextInt(damaged.length);
            switch (random.nextInt(4)) {
                case 0 -> damaged[at] = (byte) odd.charAt(random.nextInt(odd.length()));
                case 1 -> damaged[at] = (byte) random.nextInt(256);
                case 2 -> damaged = without(damaged, at, Math.min(damaged.length, at + random.nextInt(40)));
                default ->
                    damaged = without(
                            damaged, at, damaged.length > 50 && random.nextInt(5) == 0 ? damaged.length : at + 1);
            }
            if (damaged.length == 0) {
                return damaged;
            }
        }
        return damaged;
    }

    private static byte[] without(byte[] bytes, int from, int to) {
        byte[] rest = new byte[bytes.length - (to - from)];
        System.arraycopy(bytes, 0, rest, 0, from);
        System.arraycopy(bytes, to, rest, from, bytes.length - to);
        return rest;
    }
}
