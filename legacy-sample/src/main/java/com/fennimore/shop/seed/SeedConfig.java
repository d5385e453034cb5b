package com.fennimore.shop.seed;

import java.sql.SQLException;
import java.util.Locale;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Seeds while the application starts: before the web server answers anything. */
@Configuration
public class SeedConfig {

    @Bean
    @DependsOnDatabaseInitialization
    DatabaseSeeder databaseSeeder(DataSource database, @Value("${size}") String size, @Value("${seed}") long seed)
            throws SQLException {
        DatabaseSeeder seeder = new DatabaseSeeder(database, Size.valueOf(size.toUpperCase(Locale.ROOT)), seed);
        seeder.seedIfEmpty();
        return seeder;
    }
}
