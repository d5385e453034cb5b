package dev.banyan.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class NetworkTest {

    @ParameterizedTest
    @CsvSource(textBlock = """
            10.0.0.0/8,      10.255.1.2,           true
            10.0.0.0/8,      11.0.0.0,             false
            10.0.0.0/8,      ::ffff:10.1.2.3,      true
            10.1.2.0/23,     10.1.3.255,           true
            10.1.2.0/23,     10.1.4.0,             false
            10.1.2.3,        10.1.2.3,             true
            10.1.2.3/32,     10.1.2.2,             false
            0.0.0.0/0,       203.0.113.9,          true
            0.0.0.0/0,       2001:db8::1,          false
            ::/0,            2001:db8::1,          true
            ::/0,            10.0.0.1,             false
            fd00::/8,        fdff::1,              true
            fd00::/8,        fe00::1,              false
            2001:db8::/33,   2001:db8:7fff::1,     true
            2001:db8::/33,   2001:db8:8000::1,     false
            ::1,             ::1,                  true
            ::ffff:10.0.0.0, 10.0.0.0,             true
            """)
    void anAddressLiesInANetworkOrNot(String network, String address, boolean inside) {
        assertThat(Network.parse(network).covers(InetAddress.ofLiteral(address)))
                .isEqualTo(inside);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/8",
                "10.0.0.0/",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0/8",
                "10.0.0.0.0/8",
                "256.0.0.0/8",
                "10.0.0.1/8",
                "fd00::/129",
                "fd00:::/8",
                "fd00::1/8",
                "localhost",
                "example.com/8",
                "[::1]",
                "::1%eth0",
                "0x7f.0.0.1",
                "10.0.0.0/8/8"
            })
    void whatIsNoNetworkIsRefusedAndNeverLookedUp(String text) {
        assertThatThrownBy(() -> Network.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("network: ");
    }

    @Test
    void bitsAreComparedAsArithmeticDoes() throws UnknownHostException {
        var random = new Random(5);
        for (int i = 0; i < 20_000; i++) {
            byte[] first = new byte[random.nextBoolean() ? 4 : 16];
            random.nextBytes(first);
            first[0] |= 0x20; // not the beginning of an IPv4 address within IPv6
            int bits = random.nextInt(first.length * 8 + 1);
            BigInteger mask =
                    BigInteger.ONE.shiftLeft(bits).subtract(BigInteger.ONE).shiftLeft(first.length * 8 - bits);
            BigInteger network = new BigInteger(1, first).and(mask);
            byte[] other = first.clone();
            other[random.nextInt(other.length)] ^= (byte) (1 << random.nextInt(8));
            boolean inside = new BigInteger(1, other).and(mask).equals(network);
            String text = InetAddress.getByAddress(bytes(network, first.length)).getHostAddress() + "/" + bits;
            assertThat(Network.parse(text).covers(InetAddress.getByAddress(other)))
                    .as("%s in %s", InetAddress.getByAddress(other), text)
                    .isEqualTo(inside);
        }
    }

    private static byte[] bytes(BigInteger number, int length) {
        byte[] bytes = new byte[length];
        byte[] magnitude = number.toByteArray();
        for (int i = 0; i < Math.min(length, magnitude.length); i++) {
            bytes[length - 1 - i] = magnitude[magnitude.length - 1 - i];
        }
        return bytes;
    }

    @Test
    void aRuleSetTrustsWhatOneOfItsNetworksCovers() throws Exception {
        RuleSet rules = Rules.parse("""
                trustedNetworks: [10.0.0.0/8, "fd00::/8"]
                backends: [{name: legacy, url: "http://localhost:8081", baseline: true}]
                """);
        assertThat(rules.trusts(InetAddress.ofLiteral("10.9.9.9"))).isTrue();
        assertThat(rules.trusts(InetAddress.ofLiteral("fd12::9"))).isTrue();
        assertThat(rules.trusts(InetAddress.ofLiteral("127.0.0.1"))).isFalse();
        assertThat(RuleSet.passThrough(java.net.URI.create("http://x")).trusts(InetAddress.ofLiteral("10.9.9.9")))
                .isFalse();
    }
}
