package dev.banyan.gateway.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.rules.RuleSet;
import dev.banyan.rules.RulesException;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
}
