package dev.banyan.gateway.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where the control store is.
 *
 * @param jdbcUrl without a password
 * @param user null leaves it to the driver
 * @param passwordFile read again while the store does not answer; null for none
 * @param password from the environment; null for none
 */
public record StoreLocation(
        String jdbcUrl,
        @Nullable String user,
        @Nullable Path passwordFile,
        @Nullable String password) {

    private static final String POSTGRESQL = "jdbc:postgresql:";
    private static final String H2_FILE = "jdbc:h2:file:";
    private static final Pattern SECRET = Pattern.compile("(?i)[?&](ssl)?password=|^[^?]*@");

    /** A file of this gateway alone, {@code control.mv.db} in its run folder; made when it is first needed. */
    public static StoreLocation inFolder(Path runFolder) {
        return new StoreLocation(
                H2_FILE
                        + runFolder.toAbsolutePath().normalize().resolve("control")
                        + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE;LOCK_TIMEOUT=2000",
                "banyan",
                null,
                null);
    }

    /** A PostgreSQL database; throws {@link IllegalArgumentException} with a sentence for people. */
    public static StoreLocation postgresql(
            String jdbcUrl, @Nullable String user, @Nullable Path passwordFile, @Nullable String password) {
        if (!jdbcUrl.startsWith(POSTGRESQL + "//")) {
            throw new IllegalArgumentException(
                    "--store: " + withoutQuery(jdbcUrl) + " (expected: jdbc:postgresql://HOST:PORT/DATABASE)");
        }
        if (SECRET.matcher(jdbcUrl).find()) {
            throw new IllegalArgumentException(
                    "--store: has a user or password in it, which others see (expected: --store-user and"
                            + " --store-password-file, or the environment variable BANYAN_STORE_PASSWORD)");
        }
        return new StoreLocation(jdbcUrl, user, passwordFile, password);
    }

    /** Whether several gateways can share it. */
    public boolean isShared() {
        return jdbcUrl.startsWith(POSTGRESQL);
    }

    /** Whether the file of a store that is no database is there: something needed it once, and it may say more than any copy. */
    public boolean isMade() {
        return jdbcUrl.startsWith(H2_FILE) && Files.exists(Path.of(where().substring(H2_FILE.length()) + ".mv.db"));
    }

    /** Where it is, for people and to tell stores apart. */
    public String where() {
        return isShared() ? withoutQuery(jdbcUrl) : jdbcUrl.substring(0, jdbcUrl.indexOf(';'));
    }

    @Nullable
    String secret() throws IOException {
        return passwordFile == null ? password : Files.readString(passwordFile).strip();
    }

    private static String withoutQuery(String url) {
        int query = url.indexOf('?');
        return query < 0 ? url : url.substring(0, query);
    }

    @Override
    public String toString() {
        return where();
    }
}
