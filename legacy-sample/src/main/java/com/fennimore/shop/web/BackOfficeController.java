package com.fennimore.shop.web;

import com.fennimore.shop.model.Product;
import com.fennimore.shop.service.CatalogService;
import com.fennimore.shop.service.OrderService;
import com.fennimore.shop.service.ShopException;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

@Controller
public class BackOfficeController {

    private final OrderService orders;
    private final CatalogService catalog;

    public BackOfficeController(OrderService orders, CatalogService catalog) {
        this.orders = orders;
        this.catalog = catalog;
    }

    @GetMapping("/backoffice")
    public String page(@RequestParam(required = false) String sku, Model model) {
        model.addAttribute("orders", orders.latest(30));
        model.addAttribute("categories", catalog.categories());
        if (sku != null && !sku.isBlank()) {
            Product product = catalog.find(sku.trim());
            model.addAttribute("sku", sku.trim());
            model.addAttribute("product", product);
        }
        return "backoffice";
    }

    @PostMapping("/backoffice/orders/{no}/status")
    public String status(@PathVariable long no, @RequestParam String status, RedirectAttributes flash) {
        return done(
                flash, null, null, "Order " + no + " is now " + status + ".", () -> orders.changeStatus(no, status));
    }

    @PostMapping("/backoffice/products/{sku}/price")
    public String price(
            @PathVariable String sku,
            @RequestParam String amount,
            @RequestParam(defaultValue = "R") String kind,
            @RequestParam(defaultValue = "N") String active,
            RedirectAttributes flash) {
        boolean on = kind.equals("R") || active.equals("Y");
        return done(flash, sku, sku, "Price of " + sku + " saved.", () -> catalog.changePrice(sku, kind, amount, on));
    }

    @PostMapping("/backoffice/products/{sku}/renumber")
    public String renumber(@PathVariable String sku, @RequestParam String newSku, RedirectAttributes flash) {
        String wanted = newSku.trim();
        return done(flash, wanted, sku, sku + " is now " + wanted + ".", () -> catalog.renumber(sku, wanted));
    }

    @PostMapping("/backoffice/nightly")
    public String nightly(
            @RequestParam(defaultValue = "0.5") String pct,
            @RequestParam(required = false) String cat,
            RedirectAttributes flash) {
        return done(flash, null, null, "Nightly prices written.", () -> catalog.nightlyPrices(pct, cat));
    }

    private static String done(
            RedirectAttributes flash, String newSku, String oldSku, String message, Runnable action) {
        String sku = newSku;
        try {
            action.run();
            flash.addFlashAttribute("message", message);
        } catch (ShopException e) {
            flash.addFlashAttribute("problem", e.getMessage());
            sku = oldSku;
        }
        if (sku != null) {
            flash.addAttribute("sku", sku);
        }
        return "redirect:/backoffice";
    }
}
