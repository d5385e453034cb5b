package com.fennimore.shop.api;

import com.fennimore.shop.model.OrderHeader;
import com.fennimore.shop.model.OrderLine;
import com.fennimore.shop.model.Product;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The shapes of the mobile app's JSON, as maps. */
final class Json {

    private Json() {}

    static Map<String, Object> item(Product product) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("sku", product.sku());
        json.put("name", product.name());
        json.put("category", category(product));
        json.put("price", money(product.price(), product.currency()));
        json.put("available", product.available());
        return json;
    }

    static Map<String, Object> product(Product product) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("sku", product.sku());
        json.put("name", product.name());
        json.put("description", product.text());
        json.put("category", category(product));
        json.put("price", money(product.price(), product.currency()));
        json.put("regularPrice", money(product.regularAmount(), product.regularCurrency()));
        json.put("onSale", product.onSale());
        json.put("available", product.available());
        json.put("weightGrams", product.weightGrams());
        json.put("status", product.status());
        return json;
    }

    static Map<String, Object> order(OrderHeader order, List<OrderLine> lines) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("orderNo", order.orderNo());
        json.put("customerId", order.customerId());
        json.put("ref", order.ref());
        json.put("placedAt", order.placedAt() == null ? null : local(order.placedAt()));
        json.put("status", order.status());
        json.put("payment", order.payment());
        json.put("total", money(order.total(), order.currency()));
        json.put("shippedAt", order.shippedAt() == null ? null : local(order.shippedAt()));
        json.put("lines", lines.stream().map(Json::line).toList());
        return json;
    }

    static Map<String, Object> money(BigDecimal amount, String currency) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("amount", amount.setScale(2, RoundingMode.HALF_UP).toPlainString());
        json.put("currency", currency);
        return json;
    }

    private static Map<String, Object> line(OrderLine line) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("position", line.position());
        json.put("sku", line.sku());
        json.put("name", line.name());
        json.put("qty", line.qty());
        json.put("unitPrice", line.unitPrice().toPlainString());
        return json;
    }

    private static Map<String, Object> category(Product product) {
        if (product.catCode() == null) {
            return null;
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("code", product.catCode());
        json.put("name", product.catName());
        return json;
    }

    private static String local(LocalDateTime time) {
        return DateTimeFormatter.ISO_LOCAL_DATE_TIME.format(time.withNano(0));
    }
}
