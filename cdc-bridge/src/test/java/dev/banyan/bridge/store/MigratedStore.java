package dev.banyan.bridge.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.h2.jdbcx.JdbcDataSource;

/** Stores in H2 whose tables are there and empty: what makes them anew is a tenth of what a bridge's start takes. */
public final class MigratedStore {

    private static final String NAME = "store";
    private static final String FILE = NAME + ".mv.db";
    private static final Path EMPTY = make();

    private MigratedStore() {}

    private static Path make() {
        try {
            var folder = Files.createTempDirectory("banyan-store");
            var source = new JdbcDataSource();
            source.setURL(url(folder));
            StoreTables.migrations(source, Dialect.H2).migrate();
            var file = folder.resolve(FILE);
            folder.toFile().deleteOnExit(); // behind its file: who is named last goes first
            file.toFile().deleteOnExit();
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException("making an empty store", e);
        }
    }

    private static String url(Path folder) {
        return "jdbc:h2:file:" + folder.resolve(NAME);
    }

    /** The URL of the store in {@code folder}, which is empty unless there is one. */
    public static String in(Path folder) {
        var file = folder.resolve(FILE);
        if (!Files.exists(file)) {
            try {
                Files.copy(EMPTY, file);
            } catch (IOException e) {
                throw new UncheckedIOException("copying an empty store", e);
            }
        }
        return url(folder);
    }
}
