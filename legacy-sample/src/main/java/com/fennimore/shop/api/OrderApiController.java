package com.fennimore.shop.api;

import com.fennimore.shop.model.NewLine;
import com.fennimore.shop.model.OrderHeader;
import com.fennimore.shop.model.Product;
import com.fennimore.shop.service.CatalogService;
import com.fennimore.shop.service.OrderService;
import com.fennimore.shop.service.ShopException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
public class OrderApiController {

    private final OrderService orders;
    private final CatalogService catalog;

    public OrderApiController(OrderService orders, CatalogService catalog) {
        this.orders = orders;
        this.catalog = catalog;
    }

    /** What the app sends; anything may be missing. */
    public record NewOrder(Integer customerId, String ref, String payment, List<NewOrderLine> lines) {}

    /** A line of it. */
    public record NewOrderLine(String sku, Integer qty) {}

    /** A new status, one letter. */
    public record NewStatus(String status) {}

    /** A new price, as text. */
    public record NewPrice(String amount) {}

    @PostMapping("/api/orders")
    @ResponseStatus(HttpStatus.CREATED)
    public Map<String, Object> place(@RequestBody NewOrder order) {
        if (order.customerId() == null) {
            throw new ShopException(400, "customerId: missing");
        }
        if (order.lines() == null) {
            throw new ShopException(400, "lines: missing");
        }
        List<NewLine> lines =
                order.lines().stream().map(OrderApiController::line).toList();
        String payment = order.payment() == null ? "I" : order.payment();
        return Map.of("orderNo", orders.place(order.customerId(), order.ref(), payment, null, lines));
    }

    @GetMapping("/api/orders/{no}")
    public Map<String, Object> find(@PathVariable long no) {
        OrderHeader order = orders.find(no);
        if (order == null) {
            throw new ShopException(404, "not found");
        }
        return Json.order(order, orders.lines(no));
    }

    @PostMapping("/api/orders/{no}/status")
    public Map<String, Object> status(@PathVariable long no, @RequestBody NewStatus status) {
        OrderHeader order = orders.changeStatus(no, status.status());
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("orderNo", order.orderNo());
        json.put("status", order.status());
        return json;
    }

    @PutMapping("/api/products/{sku}/price")
    public Map<String, Object> price(@PathVariable String sku, @RequestBody NewPrice price) {
        catalog.changePrice(sku, "R", price.amount(), true);
        Product product = catalog.find(sku);
        if (product == null) {
            throw new ShopException(404, "not found", sku);
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("sku", sku);
        json.put("price", Json.money(product.price(), product.currency()));
        return json;
    }

    private static NewLine line(NewOrderLine line) {
        if (line == null || line.sku() == null || line.sku().indexOf('\0') >= 0) {
            throw new ShopException(400, "lines: a line without sku");
        }
        return new NewLine(line.sku(), line.qty() == null ? 1 : line.qty());
    }
}
