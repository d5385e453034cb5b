package com.fennimore.shop.service;

import com.fennimore.shop.dao.CustomerDao;
import com.fennimore.shop.dao.OrderDao;
import com.fennimore.shop.dao.ReportDao;
import com.fennimore.shop.model.Customer;
import com.fennimore.shop.model.OrderHeader;
import com.fennimore.shop.model.OrderLine;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.Charset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Writes invoices as PDF, by hand: the licence of the PDF library ran out in 2021. */
@Service
public class InvoiceService {

    private static final Charset WIN = Charset.forName("windows-1252");
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("dd.MM.yyyy", Locale.ROOT);

    private final OrderDao orders;
    private final CustomerDao customers;
    private final ReportDao reports;

    public InvoiceService(OrderDao orders, CustomerDao customers, ReportDao reports) {
        this.orders = orders;
        this.customers = customers;
        this.reports = reports;
    }

    /** The invoice of an order; its number is given when it is first looked at. */
    @Transactional
    public byte[] pdf(OrderHeader order) {
        List<String> text = new ArrayList<>();
        Customer customer = customers.find(order.customerId());
        Map<String, Object> address = customers.address(order.customerId());
        text.add(String.valueOf(reports.parameter("SHOP_NM")));
        text.add("");
        if (customer != null) {
            text.add(or(customer.firstName()) + " " + or(customer.lastName()));
        }
        if (address != null) {
            text.add(or(address.get("street")));
            text.add(or(address.get("zip_cd")) + " " + or(address.get("city")));
        }
        text.add("");
        text.add("Invoice " + orders.invoiceNumber(order.orderNo()) + "   Order " + order.orderNo() + " of "
                + DAY.format(order.placedAt()));
        text.add("");
        for (OrderLine line : orders.lines(order.orderNo())) {
            text.add(String.format(
                    Locale.ROOT, "%3d x %-10s %-50.50s %10s", line.qty(), line.sku(), or(line.name()), line.amount()));
        }
        BigDecimal vat = new BigDecimal(String.valueOf(reports.parameter("VAT_PCT")));
        BigDecimal included =
                order.total().multiply(vat).divide(vat.add(BigDecimal.valueOf(100)), 2, RoundingMode.HALF_UP);
        text.add("");
        text.add("Total " + order.total() + " " + order.currency() + ", VAT included " + vat + " %: " + included);
        return page(text);
    }

    private static String or(Object value) {
        return value == null ? "" : value.toString();
    }

    private static byte[] page(List<String> lines) {
        StringBuilder content = new StringBuilder("BT /F1 9 Tf 50 790 Td 13 TL\n");
        for (String line : lines) {
            content.append('(')
                    .append(line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)"))
                    .append(") Tj T*\n");
        }
        content.append("ET");
        byte[] stream = content.toString().getBytes(WIN);
        List<byte[]> objects = List.of(
                bytes("<< /Type /Catalog /Pages 2 0 R >>"),
                bytes("<< /Type /Pages /Kids [3 0 R] /Count 1 >>"),
                bytes("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
                        + " /Resources << /Font << /F1 5 0 R >> >> >>"),
                join(bytes("<< /Length " + stream.length + " >>\nstream\n"), stream, bytes("\nendstream")),
                bytes("<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>"));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(bytes("%PDF-1.4\n"));
        StringBuilder index = new StringBuilder("xref\n0 6\n0000000000 65535 f \n");
        for (int i = 0; i < objects.size(); i++) {
            index.append(String.format(Locale.ROOT, "%010d 00000 n \n", out.size()));
            out.writeBytes(join(bytes((i + 1) + " 0 obj\n"), objects.get(i), bytes("\nendobj\n")));
        }
        int start = out.size();
        out.writeBytes(bytes(index + "trailer << /Size 6 /Root 1 0 R >>\nstartxref\n" + start + "\n%%EOF\n"));
        return out.toByteArray();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(WIN);
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
