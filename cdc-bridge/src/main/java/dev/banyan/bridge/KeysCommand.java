package dev.banyan.bridge;

import dev.banyan.bridge.secret.Keyset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
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

        Keyset read() throws IOException {
            return Keyset.parse(Files.readString(file), file.toString());
        }

        Keyset replaced(Keyset keyset) throws IOException {
            var draft = file.resolveSibling(file.getFileName() + ".draft");
            Files.deleteIfExists(draft);
            write(draft, keyset);
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return keyset;
        }

        static void write(Path file, Keyset keyset) throws IOException {
            var isPosix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
            if (isPosix) {
                Files.createFile(
                        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            } else {
                Files.createFile(file);
            }
            Files.writeString(file, keyset.json());
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
            if (Files.exists(file)) {
                throw new IllegalArgumentException(
                        file + ": there already (expected: a new file; what its keys encrypted needs them)");
            }
            var keyset = Keyset.generate(deterministic ? Keyset.Kind.DETERMINISTIC : Keyset.Kind.RANDOM);
            write(file, keyset);
            return keyset;
        }
    }

    @Command(name = "ls", mixinStandardHelpOptions = true, description = "Lists the keys by their ids.")
    static final class Ls extends Changing {
        @Override
        Keyset run() throws IOException {
            return read();
        }
    }

    @Command(name = "add", mixinStandardHelpOptions = true, description = "Adds a new key, which only decrypts yet.")
    static final class Add extends Changing {
        @Override
        Keyset run() throws IOException {
            return replaced(read().withNewKey());
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
            return replaced(read().encryptingWith(key));
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
            return replaced(read().without(key));
        }
    }
}
