package dev.banyan.bridge.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.mapping.KeyedHash;
import dev.banyan.bridge.secret.Keyset;
import dev.banyan.bridge.secret.VaultKeys;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One token for one value: over restarts, against others, and only for who has the keys. */
class TokenVaultTest {

    @TempDir
    Path folder;

    private Keyset keys = Keyset.generate(Keyset.Kind.RANDOM);

    private BridgeStore open(String hashKey) {
        var hash = new KeyedHash(hashKey.getBytes(StandardCharsets.UTF_8));
        return BridgeStore.open(
                new BridgeStore.Settings(MigratedStore.in(folder), "", "", null, new VaultKeys(hash, keys.cipher())),
                "b",
                "test",
                Duration.ofSeconds(5),
                InstantSource.system());
    }

    @Test
    void aTokenThatWasKeptIsTheSameAfterARestartAndOneThatWasNotIsForgotten() throws Exception {
        String kept;
        String forgotten;
        try (var store = open("one hash key of sixteen")) {
            assertThat(store.tryLease()).isTrue();
            try (var session = store.session()) {
                kept = session.images().tokens().of("people", "Ann Other");
                session.keepTokens();
                forgotten = session.images().tokens().of("people", "Bob");
                assertThat(session.images().tokens().of("people", "Bob")).isEqualTo(forgotten);
            }
        }
        try (var store = open("one hash key of sixteen")) {
            assertThat(store.tryLease()).isTrue();
            try (var session = store.session()) {
                assertThat(session.images().tokens().of("people", "Ann Other")).isEqualTo(kept);
                assertThat(session.images().tokens().of("pets", "Ann Other")).isNotEqualTo(kept);
                assertThat(session.images().tokens().of("people", "Bob")).isNotEqualTo(forgotten);
            }
            var sealed = store.token(kept).orElseThrow();
            assertThat(sealed.vault()).isEqualTo("people");
            assertThat(keys.cipher().decrypt(sealed.text(), kept)).isEqualTo("Ann Other");
            assertThat(store.token(forgotten)).isEmpty();
            assertThat(store.token("")).isPresent(); // which hash key it is, and no value
        }
        assertThat(Files.readString(folder.resolve("store.mv.db"), StandardCharsets.ISO_8859_1))
                .contains(kept)
                .doesNotContain("Ann Other");
    }

    @Test
    void aValueThatComesAgainIsSealedUnderTheKeyThatEncryptsByNow() throws Exception {
        String ann;
        String bob;
        try (var store = open("one hash key of sixteen")) {
            assertThat(store.tryLease()).isTrue();
            try (var session = store.session()) {
                ann = session.images().tokens().of("people", "Ann");
                bob = session.images().tokens().of("people", "Bob");
                session.keepTokens();
            }
        }
        var old = keys.keys().getFirst().id();
        var both = keys.withNewKey();
        keys = both.encryptingWith(both.keys().getLast().id());
        try (var store = open("one hash key of sixteen")) {
            assertThat(store.tryLease()).isTrue();
            try (var session = store.session()) {
                assertThat(session.images().tokens().of("people", "Ann")).isEqualTo(ann);
                session.keepTokens();
            }
            var left = keys.without(old).cipher();
            assertThat(left.decrypt(store.token(ann).orElseThrow().text(), ann)).isEqualTo("Ann");
            assertThat(left.decrypt(store.token(bob).orElseThrow().text(), bob))
                    .as("did not come again")
                    .isNull();
        }
    }

    @Test
    void anotherHashKeyIsRefusedBeforeValuesGetSecondTokens() {
        open("one hash key of sixteen").close();

        assertThatThrownBy(() -> open("another hash key, longer"))
                .isInstanceOf(StoreUnusable.class)
                .hasMessageContaining("its tokens were made with another hashKeyFile");
    }

    @Test
    void twoThatMakeATokenForOneValueDoNotBothKeepIt() {
        try (var store = open("one hash key of sixteen")) {
            assertThat(store.tryLease()).isTrue();
            try (var first = store.session();
                    var second = store.session()) {
                first.images().tokens().of("people", "Ann");
                second.images().tokens().of("people", "Ann");
                first.keepTokens();
                assertThatThrownBy(second::keepTokens).isInstanceOf(StoreFailed.class);
            }
            try (var old = store.session()) {
                old.images().tokens().of("people", "Bob");
                store.releaseLease();
                assertThat(store.tryLease()).as("a successor does").isTrue();
                assertThatThrownBy(old::keepTokens).isInstanceOf(Fenced.class);
            }
        }
    }
}
