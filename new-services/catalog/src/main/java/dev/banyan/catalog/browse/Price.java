package dev.banyan.catalog.browse;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** An amount as text, always with two decimals, and its currency code. */
public record Price(String amount, String currency) {

    static Price of(BigDecimal amount, String currency) {
        return new Price(amount.setScale(2, RoundingMode.UNNECESSARY).toPlainString(), currency);
    }
}
