package com.fennimore.shop;

import com.fennimore.shop.seed.DatabaseSeeder;
import com.fennimore.shop.seed.Size;
import dev.banyan.servers.LocalPostgres;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.postgresql.ds.PGSimpleDataSource;

/** One PostgreSQL for all tests of this JVM, stopped with it. */
public final class TestDatabases {

    public static final LocalPostgres SERVER = start();

    private TestDatabases() {}

    /** An empty database. */
    public static String empty(String name) {
        return SERVER.createDatabase(name);
    }

    /** A database as the shop makes it when it starts for the first time. */
    public static DataSource seeded(String name, long seed) throws SQLException {
        PGSimpleDataSource database = new PGSimpleDataSource();
        database.setUrl(SERVER.createDatabase(name));
        database.setUser(SERVER.user());
        database.setPassword(SERVER.user());
        Flyway.configure().dataSource(database).load().migrate();
        new DatabaseSeeder(database, Size.SMALL, seed).seedIfEmpty();
        return database;
    }

    private static LocalPostgres start() {
        LocalPostgres server = LocalPostgres.start();
        Runtime.getRuntime().addShutdownHook(new Thread(server::close, "stop-postgres"));
        return server;
    }
}
