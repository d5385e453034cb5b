package dev.banyan.bridge;

import dev.banyan.bridge.secret.Keyset;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code banyan bridge keys}: makes and rotates the keysets that columns are encrypted with. Prints ids, never keys. */
@Command(
        name = "keys",
        mixinStandardHelpOptions = true,
        description = {
            "Makes and changes the keysets that `as: encrypt` and `as: token` need: files of Tink in JSON, readable by their owner alone.",
            "To rotate: add, give consumers the new file, use, and once nothing names the old key, remove."
        },
        subcommands = {
            KeysCommand.Create.class,
            KeysCommand.Ls.class,
            KeysCommand.Add.class,
            KeysCommand.Use.class,
            KeysCommand.Remove.class
        })
final class KeysCommand {

    /** What they have in common. */
    abstract static sealed class Changing implements Callable<Integer> permits Create, Ls, Add, Use, Remove {

        @Parameters(index = "0", paramLabel = "FILE", description = "the keyset")
        @SuppressWarnings("NullAway.Init") // picocli sets it
        Path file;

        @Override
        public Integer call() {
            try {
                print(run());
                return 0;
            } catch (IllegalArgumentException e) {
                System.err.println(e.getMessage());
            } catch (IOException e) {
                System.err.println(file + ": " + e);
            }
            return 1;
        }

        abstract Keyset run() throws IOException;

        KeyFile keys() {
            return new KeyFile(file);
        }

        private static void print(Keyset keyset) {
            for (var key : keyset.keys()) {
                System.out.println(
                        key.id() + " " + keyset.kind().algorithm() + (key.encrypts() ? " encrypts" : " decrypts"));
            }
        }
    }

    @Command(name = "create", mixinStandardHelpOptions = true, description = "Makes a keyset with one key.")
    static final class Create extends Changing {

        @Option(names = "--deterministic", description = "for mode: deterministic, which shows which values are equal")
        private boolean deterministic;

        @Override
        Keyset run() throws IOException {
            return keys().create(Keyset.generate(deterministic ? Keyset.Kind.DETERMINISTIC : Keyset.Kind.RANDOM));
        }
    }

    @Command(name = "ls", mixinStandardHelpOptions = true, description = "Lists the keys by their ids.")
    static final class Ls extends Changing {
        @Override
        Keyset run() throws IOException {
            return keys().read();
        }
    }

    @Command(name = "add", mixinStandardHelpOptions = true, description = "Adds a new key, which only decrypts yet.")
    static final class Add extends Changing {
        @Override
        Keyset run() throws IOException {
            return keys().changed(Keyset::withNewKey);
        }
    }

    @Command(
            name = "use",
            mixinStandardHelpOptions = true,
            description = "Makes a key of the set the one that encrypts.")
    static final class Use extends Changing {

        @Parameters(index = "1", paramLabel = "KEY", description = "the key's id, as ls prints it")
        private long key;

        @Override
        Keyset run() throws IOException {
            return keys().changed(keyset -> keyset.encryptingWith(key));
        }
    }

    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description = "Removes a key: what it encrypted nobody reads with this file any more.")
    static final class Remove extends Changing {

        @Parameters(index = "1", paramLabel = "KEY", description = "the key's id, as ls prints it")
        private long key;

        @Override
        Keyset run() throws IOException {
            return keys().changed(keyset -> keyset.without(key));
        }
    }
}
