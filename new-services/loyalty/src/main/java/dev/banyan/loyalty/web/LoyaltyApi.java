package dev.banyan.loyalty.web;

import dev.banyan.loyalty.account.Accounts;
import java.sql.SQLException;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** A customer's points as JSON. */
@RestController
public final class LoyaltyApi {

    private final Accounts accounts;

    LoyaltyApi(Accounts accounts) {
        this.accounts = accounts;
    }

    @GetMapping("/loyalty/api/{customerId}")
    ResponseEntity<Object> account(@PathVariable String customerId) throws SQLException {
        var id = CustomerId.parse(customerId);
        if (id.isEmpty()) {
            return ResponseEntity.badRequest().body(new Problem("not a customer number", customerId));
        }
        Optional<Object> account = accounts.account(id.getAsLong()).map(found -> found);
        return account.map(ResponseEntity::ok).orElseGet(() -> ResponseEntity.status(HttpStatus.NOT_FOUND)
                .body(new Problem("not found", customerId)));
    }

    /** Why there is no account in the reply; {@code customerId} is what was asked for. */
    record Problem(String error, String customerId) {}
}
