package com.fennimore.shop.service;

import com.fennimore.shop.dao.CustomerDao;
import com.fennimore.shop.dao.OrderDao;
import com.fennimore.shop.dao.ProductDao;
import com.fennimore.shop.model.Basket;
import com.fennimore.shop.model.NewLine;
import com.fennimore.shop.model.OrderHeader;
import com.fennimore.shop.model.OrderLine;
import com.fennimore.shop.model.Product;
import com.fennimore.shop.push.OrderPush;
import java.math.BigDecimal;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.PessimisticLockingFailureException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

@Service
public class OrderService {

    private static final Logger log = LoggerFactory.getLogger(OrderService.class);
    private static final int MAX_LINES = 50;
    private static final int TRIES = 3;
    private static final BigDecimal MAX_TOTAL = BigDecimal.valueOf(20_000_000);

    private final OrderDao orders;
    private final ProductDao products;
    private final CustomerDao customers;
    private final OrderPush push;
    private final TransactionTemplate tx;

    public OrderService(
            OrderDao orders, ProductDao products, CustomerDao customers, OrderPush push, TransactionTemplate tx) {
        this.orders = orders;
        this.products = products;
        this.customers = customers;
        this.push = push;
        this.tx = tx;
    }

    /** Prices, stock and total are the database's business: see the triggers on ord_pos. */
    public long place(int customerId, String ref, String payment, String remark, List<NewLine> lines) {
        if (payment == null || !payment.matches("[ICP]")) {
            throw new ShopException(400, "payment: " + payment + " (expected: I, C or P)");
        }
        if (ref != null && (ref.length() > 40 || ref.indexOf(0) >= 0)) {
            throw new ShopException(400, "ref: up to 40 characters");
        }
        if (lines.isEmpty() || lines.size() > MAX_LINES) {
            throw new ShopException(400, "lines: " + lines.size() + " (expected: 1.." + MAX_LINES + ")");
        }
        long orderNo = retrying(() -> insert(customerId, ref, payment, remark, lines));
        log.info("order {} of customer {}", orderNo, customerId);
        push.statusChanged(orderNo, customerId, "N");
        return orderNo;
    }

    private long insert(int customerId, String ref, String payment, String remark, List<NewLine> lines) {
        if (customers.find(customerId) == null) {
            throw new ShopException(400, "unknown customer " + customerId);
        }
        BigDecimal sum = BigDecimal.ZERO;
        for (NewLine line : lines) {
            Product product = products.find(line.sku());
            if (product == null) {
                throw new ShopException(400, "unknown sku", line.sku());
            }
            if (!product.forSale()) {
                throw new ShopException(400, "no longer sold", line.sku());
            }
            if (line.qty() < 1 || line.qty() > Basket.MAX_QTY) {
                throw new ShopException(
                        400, "qty: " + line.qty() + " (expected: 1.." + Basket.MAX_QTY + ")", line.sku());
            }
            sum = sum.add(product.price().multiply(BigDecimal.valueOf(line.qty())));
        }
        if (sum.compareTo(MAX_TOTAL) > 0) {
            throw new ShopException(400, "total: more than one order may have");
        }
        try {
            long orderNo = orders.insertHeader(customerId, payment, ref, remark);
            orders.insertLines(orderNo, lines);
            return orderNo;
        } catch (DataIntegrityViolationException e) {
            // renumbered since we looked
            throw new ShopException(400, "unknown sku", lines.getFirst().sku());
        }
    }

    /** The order after the change; the same status again changes nothing. Which change is allowed, a trigger says. */
    public OrderHeader changeStatus(long orderNo, String status) {
        if (status == null || !status.matches("[NPSDX]")) {
            throw new ShopException(400, "status: " + status + " (expected: N, P, S, D or X)");
        }
        boolean[] changed = {false};
        OrderHeader after = retrying(() -> {
            OrderHeader before = orders.findForUpdate(orderNo);
            if (before == null) {
                throw new ShopException(404, "not found");
            }
            changed[0] = !before.status().equals(status);
            if (!changed[0]) {
                return before;
            }
            try {
                orders.updateStatus(orderNo, status);
            } catch (PessimisticLockingFailureException e) {
                throw e;
            } catch (DataAccessException e) {
                if (String.valueOf(e.getMessage()).contains("ORD-017")) {
                    throw new ShopException(409, "status " + before.status() + " -> " + status + " not allowed");
                }
                throw e;
            }
            if ("P".equals(status)) {
                orders.logPayment(orderNo, before.totalCents(), before.payment(), "0", "OK;manual=" + orderNo);
            }
            return orders.find(orderNo);
        });
        if (changed[0]) {
            log.info("order {} is now {}", orderNo, status);
            push.statusChanged(orderNo, after.customerId(), status);
        }
        return after;
    }

    public OrderHeader find(long orderNo) {
        return orders.find(orderNo);
    }

    /** The customer's order, or null: somebody else's does not exist for him. */
    public OrderHeader findOf(int customerId, long orderNo) {
        OrderHeader order = orders.find(orderNo);
        return order == null || order.customerId() != customerId ? null : order;
    }

    public List<OrderHeader> ofCustomer(int customerId) {
        return orders.ofCustomer(customerId, 100);
    }

    public List<OrderHeader> latest(int limit) {
        return orders.latest(limit);
    }

    public List<OrderLine> lines(long orderNo) {
        return orders.lines(orderNo);
    }

    /* Two orders for the same products can meet in the stock trigger; the loser of a deadlock tries again. */
    private <T> T retrying(Supplier<T> work) {
        for (int attempt = 1; ; attempt++) {
            try {
                return tx.execute(status -> work.get());
            } catch (PessimisticLockingFailureException e) {
                if (attempt == TRIES) {
                    throw e;
                }
                log.warn("locked out, trying again: {}", e.getMessage());
            }
        }
    }
}
