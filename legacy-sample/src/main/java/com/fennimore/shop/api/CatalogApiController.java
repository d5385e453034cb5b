package com.fennimore.shop.api;

import com.fennimore.shop.model.Product;
import com.fennimore.shop.model.ProductPage;
import com.fennimore.shop.service.CatalogService;
import com.fennimore.shop.service.ShopException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
public class CatalogApiController {

    private final CatalogService catalog;

    public CatalogApiController(CatalogService catalog) {
        this.catalog = catalog;
    }

    @GetMapping("/api/catalog")
    public Map<String, Object> list(
            @RequestParam(required = false) String q,
            @RequestParam(required = false) String cat,
            @RequestParam(required = false) String page,
            @RequestParam(required = false) String size) {
        ProductPage found = catalog.search(q, cat, page, size);
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("page", found.page());
        json.put("size", found.size());
        json.put("total", found.total());
        json.put("items", found.items().stream().map(Json::item).toList());
        return json;
    }

    @GetMapping("/api/catalog/{sku}")
    public Map<String, Object> product(@PathVariable String sku) {
        Product product = catalog.find(sku);
        if (product == null) {
            throw new ShopException(404, "not found", sku);
        }
        return Json.product(product);
    }
}
