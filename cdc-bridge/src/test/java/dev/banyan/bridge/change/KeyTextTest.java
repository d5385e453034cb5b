package dev.banyan.bridge.change;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeyTextTest {

    @Test
    void sameNumberOfAnotherTypeIsTheSameKey() {
        assertThat(KeyText.of(List.of((short) 7))).isEqualTo(KeyText.of(List.of(7L)));
        assertThat(KeyText.of(List.of(new BigDecimal("7.00")))).isEqualTo("7");
    }

    @Test
    void elementsNeverRunIntoEachOther() {
        assertThat(KeyText.of(List.of("a", "b"))).isNotEqualTo(KeyText.of(List.of("a\u001fb")));
        assertThat(KeyText.of(List.of("", "ab"))).isNotEqualTo(KeyText.of(List.of("ab")));
        assertThat(KeyText.of(List.of("a\\", "b"))).isNotEqualTo(KeyText.of(List.of("a", "\\b")));
    }

    @Test
    void whatStoresInH2HoldOfAKeyWithANulIsItsText() {
        assertThat(KeyText.of(List.of("a\0b"))).isEqualTo("a\0b");
        assertThat(KeyText.of(List.of("a\0\\", 7))).isEqualTo("a\0\\\\\u001f7");
    }

    @Test
    void twoKeysAreTwoWithoutNulsToo() {
        var nul = KeyText.withoutNul(KeyText.of(List.of("a\0b")));
        assertThat(nul).isEqualTo("a\\0b").isNotEqualTo(KeyText.withoutNul(KeyText.of(List.of("a\\0b"))));
        assertThat(KeyText.withoutNul(nul)).isEqualTo(nul);
    }

    @Test
    void noKeyHasTheTextOfNone() {
        for (var element : List.of("\\", "\\\\", "", "\u001f")) {
            assertThat(KeyText.of(List.of(element))).isNotEqualTo(KeyText.NONE);
        }
    }
}
