package dev.banyan.bridge.run;

import java.sql.SQLException;

/** A standby that PostgreSQL's writers wait for, unless their role says otherwise, and that is not there until this is closed. */
public final class Standby implements AutoCloseable {

    /*
     * What they committed is in the log by then, which is read, and nobody else sees it.
     */

    private Standby() {}

    /** Returns when whoever commits from now on waits. */
    public static Standby missing() throws Exception {
        set("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
        var missing = new Standby();
        Await.until("writers wait for a standby", () -> "nobody".equals(names()));
        return missing;
    }

    private static void set(String sql) {
        Servers.postgres().execute("postgres", sql);
        Servers.postgres().execute("postgres", "SELECT pg_reload_conf()");
    }

    private static String names() throws SQLException {
        try (var connection = Servers.postgres().connect("postgres");
                var statement = connection.createStatement();
                var result = statement.executeQuery("SELECT current_setting('synchronous_standby_names')")) {
            return result.next() ? result.getString(1) : "";
        }
    }

    @Override
    public void close() {
        set("ALTER SYSTEM RESET synchronous_standby_names");
    }
}
