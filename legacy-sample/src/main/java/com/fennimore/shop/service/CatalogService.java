package com.fennimore.shop.service;

import com.fennimore.shop.dao.ProductDao;
import com.fennimore.shop.model.Category;
import com.fennimore.shop.model.Product;
import com.fennimore.shop.model.ProductPage;
import java.math.BigDecimal;
import java.util.List;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

@Service
public class CatalogService {

    public static final int MAX_PAGE = 1_000_000;

    private static final Logger log = LoggerFactory.getLogger(CatalogService.class);
    private static final Pattern PRICE = Pattern.compile("\\d{1,5}([.]\\d{1,2}0{0,8})?");
    private static final Pattern PERCENT = Pattern.compile("-?\\d{1,2}([.]\\d{1,4})?");
    private static final BigDecimal MAX_PRICE = new BigDecimal("99999.99");

    private final ProductDao products;

    public CatalogService(ProductDao products) {
        this.products = products;
    }

    /** Page and size as the visitor wrote them; what makes no sense becomes the default. */
    public ProductPage search(String q, String cat, String pageText, String sizeText) {
        int page = Math.clamp(number(pageText, 1), 1, MAX_PAGE);
        int size = Math.clamp(number(sizeText, 20), 1, 100);
        if ((q != null && q.indexOf('\0') >= 0) || (cat != null && cat.indexOf('\0') >= 0)) {
            return new ProductPage(page, size, 0, List.of());
        }
        long total = products.count(q, cat);
        long offset = (page - 1L) * size;
        List<Product> items = offset >= total ? List.of() : products.list(q, cat, offset, size);
        return new ProductPage(page, size, total, items);
    }

    /** The product, or null if there is none that may be shown. */
    public Product find(String sku) {
        return sku.indexOf('\0') >= 0 ? null : products.find(sku);
    }

    public List<Category> categories() {
        return products.categories();
    }

    @Transactional
    public void changePrice(String sku, String kind, String amountText, boolean active) {
        if (!"R".equals(kind) && !"S".equals(kind)) {
            throw new ShopException(400, "kind: " + kind + " (expected: R or S)");
        }
        BigDecimal amount = amount(amountText);
        if (find(sku) == null) {
            throw new ShopException(404, "not found", sku);
        }
        String act = active ? "Y" : "N";
        if (products.updatePrice(sku, kind, amount, act) == 0) {
            products.insertPrice(sku, kind, amount, act);
        }
        log.info("price {} of {} is now {}", kind, sku, amount);
    }

    public void renumber(String oldSku, String newSku) {
        if (newSku == null || !newSku.matches("[A-Z0-9-]{1,10}")) {
            throw new ShopException(400, "new number: up to 10 capital letters, digits and dashes");
        }
        try {
            products.renumber(oldSku, newSku);
        } catch (DuplicateKeyException e) {
            throw new ShopException(409, newSku + " exists already", newSku);
        } catch (DataAccessException e) {
            if (String.valueOf(e.getMessage()).contains("PRD-004")) {
                throw new ShopException(404, "not found", oldSku);
            }
            throw e;
        }
        log.info("product {} renumbered to {}", oldSku, newSku);
    }

    public void nightlyPrices(String percentText, String cat) {
        if (!PERCENT.matcher(percentText.trim()).matches()) {
            throw new ShopException(400, "percent: a number such as 0.5");
        }
        BigDecimal percent = new BigDecimal(percentText.trim());
        if (percent.abs().compareTo(BigDecimal.valueOf(50)) > 0) {
            throw new ShopException(400, "percent: -50 to 50");
        }
        if (cat != null && cat.indexOf('\0') >= 0) {
            throw new ShopException(400, "cat: no such group");
        }
        products.nightlyPrices(percent, cat == null || cat.isBlank() ? null : cat.trim());
        log.info("nightly prices: {} % {}", percent, cat == null || cat.isBlank() ? "all" : cat);
    }

    private static BigDecimal amount(String text) {
        // not 1e99999999, whose digits take more than a minute to compute
        if (text != null && PRICE.matcher(text.trim()).matches()) {
            BigDecimal amount = new BigDecimal(text.trim()).setScale(2);
            if (amount.signum() > 0 && amount.compareTo(MAX_PRICE) <= 0) {
                return amount;
            }
        }
        throw new ShopException(400, "amount: 0.01 to " + MAX_PRICE + ", two decimals");
    }

    private static int number(String text, int otherwise) {
        try {
            return text == null ? otherwise : Integer.parseInt(text.trim());
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }
}
