package dev.banyan.gateway.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.rules.RuleSet;
import dev.banyan.rules.RulesException;
import dev.banyan.rules.RulesFolder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ForbiddenAddressesTest {

    @ParameterizedTest
    @ValueSource(
            strings = {"http://localhost:4711", "http://127.0.0.1:4711", "http://[::1]:4711", "http://0.0.0.0:4711"})
    void aPortThatWasAnyFreeOneIsForbiddenOnceItIsKnown(String url) throws Exception {
        RuleSet rules = RuleSet.passThrough(URI.create(url));
        var forbidden = new ForbiddenAddresses();
        forbidden.addUnlessAny(0);
        assertThatCode(() -> forbidden.check(rules)).doesNotThrowAnyException();
        forbidden.add(4711);
        assertThatThrownBy(() -> forbidden.check(rules))
                .isInstanceOfSatisfying(
                        RulesException.class,
                        wrong -> assertThat(wrong.problems().getFirst().found()).contains("this gateway itself"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://169.254.169.254",
                "http://[::ffff:169.254.169.254]",
                "http://[fe80::1]:8080",
                "http://[fd00:ec2::254]",
                "http://100.100.100.200:80"
            })
    void whatIsReachedOnThisLinkAloneIsForbiddenOnEveryPort(String url) {
        assertThatThrownBy(() -> new ForbiddenAddresses().check(RuleSet.passThrough(URI.create(url))))
                .isInstanceOfSatisfying(
                        RulesException.class,
                        wrong -> assertThat(wrong.problems().getFirst().found()).contains("on this link alone"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"metric: cdcLag, from: \"%s\", max: 1s", "metric: parity, from: \"%s\", max: 0%%"})
    void aGateAsksNobodyThereEither(String gate, @TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("rules.yaml"), """
                backends:
                  - {name: legacy, url: "http://127.0.0.1:1", baseline: true}
                  - {name: fig, url: "http://127.0.0.1:2"}
                cohorts:
                  - {name: customer, key: [{header: X-Customer}], salt: s}
                routes:
                  - name: browse
                    matches: [{path: {value: /browse}}]
                    candidate: fig
                    cohort: customer
                    steps: [{setWeight: 5%%}, {setWeight: 100%%}]
                    analysis: {minRequests: 1, gates: [{%s}]}
                """.formatted(gate.formatted("http://127.0.0.1:4711/health")));
        RuleSet rules = RulesFolder.read(folder);
        var forbidden = new ForbiddenAddresses();
        assertThatCode(() -> forbidden.check(rules)).doesNotThrowAnyException();
        forbidden.add(4711);
        assertThatThrownBy(() -> forbidden.check(rules))
                .isInstanceOfSatisfying(RulesException.class, wrong -> assertThat(
                                wrong.problems().getFirst().toString())
                        .contains("routes[browse]", "this gateway itself"));
    }

    @Test
    void theSamePortOfAnotherMachineIsFine() {
        var forbidden = new ForbiddenAddresses();
        forbidden.add(4711);
        assertThatCode(() -> forbidden.check(RuleSet.passThrough(URI.create("http://192.0.2.1:4711"))))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 8080, true",
        "127.9.9.9, 8080, true",
        "::1, 8080, true",
        "0.0.0.0, 8080, true",
        "127.0.0.1, 8081, false",
        "192.0.2.1, 8080, false",
        "169.254.169.254, 80, true",
        "fe80::1, 443, true",
        "fd00:ec2::254, 80, true",
        "100.100.100.201, 80, false",
    })
    void anAddressOfOursIsKnownWhateverNameLedThere(String address, int port, boolean ours) throws Exception {
        var forbidden = new ForbiddenAddresses();
        forbidden.add(8080);
        assertThat(forbidden.covers(new InetSocketAddress(InetAddress.getByName(address), port)))
                .isEqualTo(ours);
    }
}
