package dev.banyan.catalog;

import java.util.Locale;
import org.springframework.boot.SpringApplication;

/** Runs the catalogue service as a server. */
public final class Catalog {

    private Catalog() {}

    public static void main(String[] args) {
        Locale.setDefault(Locale.Category.FORMAT, Locale.ENGLISH); // of numbers that programs read again
        SpringApplication.run(CatalogWiring.class, args);
    }
}
