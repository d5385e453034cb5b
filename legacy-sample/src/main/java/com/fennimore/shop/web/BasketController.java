package com.fennimore.shop.web;

import com.fennimore.shop.model.Basket;
import com.fennimore.shop.model.BasketLine;
import com.fennimore.shop.model.NewLine;
import com.fennimore.shop.model.Product;
import com.fennimore.shop.security.LoginUser;
import com.fennimore.shop.service.CatalogService;
import com.fennimore.shop.service.OrderService;
import com.fennimore.shop.service.ShopException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

@Controller
public class BasketController {

    static final String BASKET = "basket";

    private final CatalogService catalog;
    private final OrderService orders;

    public BasketController(CatalogService catalog, OrderService orders) {
        this.catalog = catalog;
        this.orders = orders;
    }

    @GetMapping("/buy/{sku}")
    public String buy(@PathVariable String sku, Model model) {
        model.addAttribute("product", forSale(sku));
        return "buy";
    }

    @PostMapping("/basket/add")
    public String add(@RequestParam String sku, @RequestParam(defaultValue = "1") int qty, HttpServletRequest request) {
        Product product = forSale(sku);
        if (qty < 1 || qty > Basket.MAX_QTY) {
            throw new ShopException(400, "Quantity: 1 to " + Basket.MAX_QTY);
        }
        HttpSession session = request.getSession();
        Basket basket = basket(session);
        basket.add(product.sku(), qty);
        session.setAttribute(BASKET, basket);
        return "redirect:/basket";
    }

    @GetMapping("/basket")
    public String show(HttpServletRequest request, Model model) {
        fill(basket(request.getSession(false)), model);
        return "basket";
    }

    /** One field per product, qty_SKU; 0 takes it out. */
    @PostMapping("/basket/update")
    public String update(@RequestParam Map<String, String> fields, HttpServletRequest request) {
        Basket basket = basket(request.getSession(false));
        fields.forEach((field, value) -> {
            if (field.startsWith("qty_")) {
                try {
                    basket.set(field.substring("qty_".length()), Integer.parseInt(value.trim()));
                } catch (NumberFormatException e) {
                    throw new ShopException(400, "Quantity: 0 to " + Basket.MAX_QTY);
                }
            }
        });
        return "redirect:/basket";
    }

    @GetMapping("/checkout")
    public String checkout(HttpServletRequest request, Model model) {
        Basket basket = basket(request.getSession(false));
        if (fill(basket, model) == 0) {
            return "redirect:/basket";
        }
        return "checkout";
    }

    @PostMapping("/checkout")
    public String order(
            @AuthenticationPrincipal LoginUser user,
            @RequestParam String payment,
            @RequestParam(required = false) String remark,
            HttpServletRequest request) {
        Basket basket = basket(request.getSession(false));
        List<NewLine> lines = new ArrayList<>();
        basket.getLines().forEach((sku, qty) -> {
            if (catalog.find(sku) != null) {
                lines.add(new NewLine(sku, qty));
            }
        });
        if (lines.isEmpty()) {
            return "redirect:/basket";
        }
        String note = remark == null || remark.isBlank() ? null : remark.replace("\0", "");
        long orderNo = orders.place(user.customerId(), null, payment, note, lines);
        basket.clear();
        return "redirect:/orders/" + orderNo;
    }

    private Product forSale(String sku) {
        Product product = catalog.find(sku);
        if (product == null || !product.forSale()) {
            throw new ShopException(404, "no product " + sku, sku);
        }
        return product;
    }

    private static Basket basket(HttpSession session) {
        Object basket = session == null ? null : session.getAttribute(BASKET);
        return basket instanceof Basket there ? there : new Basket();
    }

    /* Products that went away meanwhile are left out without a word, as ever. */
    private int fill(Basket basket, Model model) {
        List<BasketLine> lines = new ArrayList<>();
        basket.getLines().forEach((sku, qty) -> {
            Product product = catalog.find(sku);
            if (product != null) {
                lines.add(new BasketLine(product, qty));
            }
        });
        model.addAttribute("lines", lines);
        model.addAttribute("total", lines.stream().map(BasketLine::amount).reduce(BigDecimal.ZERO, BigDecimal::add));
        return lines.size();
    }
}
