package dev.banyan.catalog;

import org.springframework.boot.SpringApplication;

/** Runs the catalogue service as a server. */
public final class Catalog {

    private Catalog() {}

    public static void main(String[] args) {
        SpringApplication.run(CatalogWiring.class, args);
    }
}
