package dev.banyan.loyalty.web;

import dev.banyan.loyalty.account.Accounts;
import java.sql.SQLException;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.servlet.ModelAndView;

/** Points as HTML. Customers appear by number: this service knows no names. */
@Controller
public final class LoyaltyPages {

    private final Accounts accounts;

    LoyaltyPages(Accounts accounts) {
        this.accounts = accounts;
    }

    @GetMapping("/loyalty")
    ModelAndView leaders() throws SQLException {
        return new ModelAndView("leaders").addObject("leaders", accounts.leaders());
    }

    @GetMapping("/loyalty/{customerId}")
    ModelAndView account(@PathVariable String customerId) throws SQLException {
        var id = CustomerId.parse(customerId);
        if (id.isEmpty()) {
            return problem(HttpStatus.BAD_REQUEST, "Not a customer number", customerId);
        }
        return accounts.account(id.getAsLong())
                .map(account -> new ModelAndView("account").addObject("account", account))
                .orElseGet(() -> problem(HttpStatus.NOT_FOUND, "Not found", customerId));
    }

    private static ModelAndView problem(HttpStatus status, String heading, String customerId) {
        var page = new ModelAndView("problem").addObject("heading", heading).addObject("customerId", customerId);
        page.setStatus(status);
        return page;
    }
}
