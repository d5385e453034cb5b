package dev.banyan.catalog.projection;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** An amount with two decimals, and its currency code. */
public record Money(BigDecimal amount, String currency) {

    public Money {
        // ArithmeticException when decimals would be lost: a price is never rounded in silence
        amount = amount.setScale(2, RoundingMode.UNNECESSARY);
    }
}
