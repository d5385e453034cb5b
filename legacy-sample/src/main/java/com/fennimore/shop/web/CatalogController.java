package com.fennimore.shop.web;

import com.fennimore.shop.model.Product;
import com.fennimore.shop.service.CatalogService;
import com.fennimore.shop.service.ShopException;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;

/** Catalogue pages. They carry no user name and no basket: a cache stood in front of them once. */
@Controller
public class CatalogController {

    private static final String PAGE_SIZE = "20";

    private final CatalogService catalog;

    public CatalogController(CatalogService catalog) {
        this.catalog = catalog;
    }

    @GetMapping("/")
    public String home() {
        return "redirect:/catalog";
    }

    @GetMapping("/catalog")
    public String list(
            @RequestParam(required = false) String q,
            @RequestParam(required = false) String cat,
            @RequestParam(required = false) String page,
            Model model) {
        model.addAttribute("found", catalog.search(q, cat, page, PAGE_SIZE));
        model.addAttribute("categories", catalog.categories());
        model.addAttribute("q", q == null || q.isBlank() ? null : q);
        model.addAttribute("cat", cat == null || cat.isEmpty() ? null : cat);
        return "catalog";
    }

    @GetMapping("/catalog/{sku}")
    public String product(@PathVariable String sku, Model model) {
        Product product = catalog.find(sku);
        if (product == null) {
            throw new ShopException(404, "no product " + sku, sku);
        }
        model.addAttribute("product", product);
        return "product";
    }
}
