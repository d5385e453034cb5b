package dev.banyan.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.config.BridgeConfig;
import dev.banyan.bridge.secret.Keyset;
import dev.banyan.bridge.secret.VaultKeys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keysets are made and rotated without a key on the screen, and read from a file or the environment. */
class KeysCommandTest {

    @TempDir
    Path folder;

    private static String id(Printed printed, String what) {
        return printed.out()
                .lines()
                .filter(line -> line.endsWith(what))
                .map(line -> line.substring(0, line.indexOf(' ')))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aKeyIsAddedThenUsedThenTheOldOneRemoved() throws Exception {
        var file = folder.resolve("encrypt.keys").toString();
        var created = Printed.of("keys", "create", file);
        assertThat(created.exitCode()).as(created.toString()).isZero();
        assertThat(Files.getPosixFilePermissions(Path.of(file)))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(Printed.of("keys", "create", file).err()).contains("there already");
        var old = id(created, "AES-256-GCM encrypts");
        var sealed = Keyset.parse(Files.readString(Path.of(file)), "x").cipher().encrypt("v", "p");

        var next = id(Printed.of("keys", "add", file), "decrypts");
        assertThat(id(Printed.of("keys", "ls", file), "encrypts")).isEqualTo(old);
        assertThat(id(Printed.of("keys", "use", file, next), "encrypts")).isEqualTo(next);
        assertThat(Printed.of("keys", "remove", file, next).err()).contains("it encrypts (expected: `keys use`");
        var both = Keyset.parse(Files.readString(Path.of(file)), "x").cipher();
        assertThat(both.decrypt(sealed, "p")).isEqualTo("v");
        assertThat(both.encrypt("v", "p")).startsWith("enc:" + next + ":");

        assertThat(Printed.of("keys", "remove", file, old).out()).isEqualTo(next + " AES-256-GCM encrypts\n");
        assertThat(Printed.of("keys", "use", file, old).err()).contains("not in the keyset (expected: one of [" + next);
        assertThat(Files.getPosixFilePermissions(Path.of(file)))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(folder.toFile().list()).containsExactly("encrypt.keys");
    }

    @Test
    void aKeyThatIsDisabledIsNotTakenForTheNextOne() throws Exception {
        var disabled = Keyset.generate(Keyset.Kind.RANDOM);
        var two = disabled.withNewKey();
        var three = two.encryptingWith(two.keys().getLast().id()).withNewKey();
        var ids = three.keys().stream().map(Keyset.KeyInfo::id).toList();
        var entry = three.json().indexOf("ENABLED");
        var file = Files.writeString(
                        folder.resolve("x.keys"),
                        three.json().substring(0, entry) + "DISABLED"
                                + three.json().substring(entry + "ENABLED".length()))
                .toString();
        assertThat(Printed.of("keys", "ls", file).out())
                .isEqualTo("%d AES-256-GCM encrypts\n%d AES-256-GCM decrypts\n".formatted(ids.get(1), ids.get(2)));

        assertThat(Printed.of("keys", "use", file, ids.get(0).toString()).err())
                .contains("not in the keyset (expected: one of [" + ids.get(1));
        assertThat(Printed.of("keys", "use", file, ids.get(2).toString()).out())
                .isEqualTo("%d AES-256-GCM decrypts\n%d AES-256-GCM encrypts\n".formatted(ids.get(1), ids.get(2)));
        assertThat(Printed.of("keys", "remove", file, ids.get(1).toString()).out())
                .isEqualTo(ids.get(2) + " AES-256-GCM encrypts\n");
        assertThat(Files.readString(Path.of(file))).contains("\"keyId\":" + ids.get(0), "DISABLED");
    }

    @Test
    void whoCouldReadTheKeysCanStillDoSoWhenTheyHaveChanged() throws Exception {
        var file = folder.resolve("encrypt.keys");
        Printed.of("keys", "create", file.toString());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        var link = Files.createSymbolicLink(folder.resolve("link.keys"), file);

        assertThat(Printed.of("keys", "add", link.toString()).exitCode()).isZero();

        assertThat(link).isSymbolicLink();
        assertThat(Keyset.parse(Files.readString(file), "x").keys()).hasSize(2);
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-r-----"));
    }

    @Test
    void noTwoCommandsChangeTheSameKeysAtOnceAndWhatAKillLeavesIsSaid() throws Exception {
        var file = folder.resolve("encrypt.keys");
        Printed.of("keys", "create", file.toString());
        var before = Files.readString(file);
        var draft = Files.writeString(folder.resolve("encrypt.keys.draft"), "of another one");

        assertThat(Printed.of("keys", "add", file.toString()).err())
                .contains("encrypt.keys.draft: there already (expected: no other command at these keys");

        assertThat(Files.readString(file)).isEqualTo(before);
        assertThat(draft).hasContent("of another one");
        Files.delete(draft);
        assertThat(Printed.of("keys", "add", file.toString()).exitCode()).isZero();
        assertThat(folder.toFile().list()).containsExactly("encrypt.keys");
    }

    @Test
    void aKeysetComesFromAFileOrTheEnvironmentAndMustBeOfItsKind() throws Exception {
        Printed.of("keys", "create", folder.resolve("equal.keys").toString(), "--deterministic");
        var base = Files.readString(Path.of("examples/shop/bridge.yaml"));
        var config = BridgeConfig.read(Files.writeString(
                folder.resolve("bridge.yaml"),
                base.replaceAll("(?m)^hashKeyFile:.*$", "")
                        + "keys: {encrypt: {env: KEYS}, deterministic: {file: equal.keys}}\n"));
        var keyset = Keyset.generate(Keyset.Kind.RANDOM);

        var secrets = new KeySources(config, Map.of("KEYS", keyset.json())::get).secrets();
        assertThat(secrets.equalCipher()).isNotNull();
        assertThat(keyset.cipher()
                        .decrypt(Objects.requireNonNull(secrets.cipher()).encrypt("v", "p"), "p"))
                .isEqualTo("v");
        assertThat(VaultKeys.of(secrets)).as("without a hash key").isEmpty();

        assertThatThrownBy(() -> new KeySources(config, _ -> null).secrets())
                .hasMessage("keys.encrypt: $KEYS is not set (expected: the text of a keyset)");
        var equal = Keyset.generate(Keyset.Kind.DETERMINISTIC).json();
        assertThatThrownBy(() -> new KeySources(config, _ -> equal).secrets())
                .hasMessage("keys.encrypt: keys for AES-256-SIV (expected: AES-256-GCM)");
        assertThatThrownBy(() -> new KeySources(config, _ -> "secret").secrets())
                .hasMessageContaining("keys.encrypt: $KEYS: no keyset")
                .hasMessageNotContaining("secret");
        assertThatThrownBy(() -> BridgeConfig.read(Files.writeString(
                        folder.resolve("wrong.yaml"), base + "keys: {encrypt: {env: KEYS, file: x}}\n")))
                .hasMessageContaining("keys.encrypt: both or neither (expected: file: PATH or env: NAME)");
    }
}
