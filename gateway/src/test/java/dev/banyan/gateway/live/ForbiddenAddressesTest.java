package dev.banyan.gateway.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.rules.RuleSet;
import dev.banyan.rules.RulesException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import org.junit.jupiter.api.Test;
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
    })
    void anAddressOfOursIsKnownWhateverNameLedThere(String address, int port, boolean ours) throws Exception {
        var forbidden = new ForbiddenAddresses();
        forbidden.add(8080);
        assertThat(forbidden.covers(new InetSocketAddress(InetAddress.getByName(address), port)))
                .isEqualTo(ours);
    }
}
