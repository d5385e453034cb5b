package dev.banyan.catalog.web;

import dev.banyan.catalog.browse.Listing;
import dev.banyan.catalog.browse.Query;
import dev.banyan.catalog.browse.Shelf;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The catalogue as JSON. */
@RestController
public final class CatalogApi {

    private final Shelf shelf;

    CatalogApi(Shelf shelf) {
        this.shelf = shelf;
    }

    @GetMapping("/api/catalog")
    Listing listing(
            @RequestParam(name = "q", required = false) @Nullable String words,
            @RequestParam(name = "cat", required = false) @Nullable String category,
            @RequestParam(name = "page", required = false) @Nullable String page,
            @RequestParam(name = "size", required = false) @Nullable String size)
            throws SQLException {
        return shelf.list(new Query(words, category, Numbers.page(page), Numbers.size(size)));
    }

    @GetMapping("/api/catalog/{sku}")
    ResponseEntity<Object> product(@PathVariable String sku) throws SQLException {
        Optional<Object> product = shelf.product(sku).map(found -> found);
        return product.map(ResponseEntity::ok)
                .orElseGet(() -> ResponseEntity.status(HttpStatus.NOT_FOUND).body(new Missing("not found", sku)));
    }

    /** What the shop says about a product it does not have. */
    record Missing(String error, String sku) {}
}
