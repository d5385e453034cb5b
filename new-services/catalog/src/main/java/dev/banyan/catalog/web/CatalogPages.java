package dev.banyan.catalog.web;

import dev.banyan.catalog.browse.Query;
import dev.banyan.catalog.browse.Shelf;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;

/**
 * The catalogue as HTML. Nothing on a page belongs to a session: the buy button is a link to {@code /buy/{sku}}, where the
 * shop has its form.
 */
@Controller
public final class CatalogPages {

    static final int PAGE_SIZE = 20;

    private final Shelf shelf;

    CatalogPages(Shelf shelf) {
        this.shelf = shelf;
    }

    @GetMapping("/catalog")
    ModelAndView listing(
            @RequestParam(name = "q", required = false) @Nullable String words,
            @RequestParam(name = "cat", required = false) @Nullable String category,
            @RequestParam(name = "page", required = false) @Nullable String page)
            throws SQLException {
        var query = new Query(words, category, Numbers.page(page), PAGE_SIZE);
        return new ModelAndView("listing")
                .addObject("query", query)
                .addObject("categories", shelf.categories())
                .addObject("listing", shelf.list(query));
    }

    @GetMapping("/catalog/{sku}")
    ModelAndView product(@PathVariable String sku) throws SQLException {
        return shelf.product(sku)
                .map(product -> new ModelAndView("product").addObject("product", product))
                .orElseGet(() -> missing(sku));
    }

    private static ModelAndView missing(String sku) {
        var page = new ModelAndView("missing").addObject("sku", sku);
        page.setStatus(HttpStatus.NOT_FOUND);
        return page;
    }
}
