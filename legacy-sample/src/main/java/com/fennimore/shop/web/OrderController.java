package com.fennimore.shop.web;

import com.fennimore.shop.model.OrderHeader;
import com.fennimore.shop.security.LoginUser;
import com.fennimore.shop.service.InvoiceService;
import com.fennimore.shop.service.OrderService;
import com.fennimore.shop.service.ShopException;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;

@Controller
public class OrderController {

    private final OrderService orders;
    private final InvoiceService invoices;

    public OrderController(OrderService orders, InvoiceService invoices) {
        this.orders = orders;
        this.invoices = invoices;
    }

    @GetMapping("/orders")
    public String mine(@AuthenticationPrincipal LoginUser user, Model model) {
        model.addAttribute("orders", orders.ofCustomer(user.customerId()));
        return "orders";
    }

    @GetMapping("/orders/{no}")
    public String one(@AuthenticationPrincipal LoginUser user, @PathVariable long no, Model model) {
        model.addAttribute("order", mine(user, no));
        model.addAttribute("lines", orders.lines(no));
        return "order";
    }

    @GetMapping("/orders/{no}/invoice")
    public ResponseEntity<byte[]> invoice(@AuthenticationPrincipal LoginUser user, @PathVariable long no) {
        byte[] pdf = invoices.pdf(mine(user, no));
        ContentDisposition attachment = ContentDisposition.attachment()
                .filename("invoice-" + no + ".pdf")
                .build();
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_PDF)
                .header(HttpHeaders.CONTENT_DISPOSITION, attachment.toString())
                .body(pdf);
    }

    private OrderHeader mine(LoginUser user, long no) {
        OrderHeader order = orders.findOf(user.customerId(), no);
        if (order == null) {
            throw new ShopException(404, "no order " + no);
        }
        return order;
    }
}
