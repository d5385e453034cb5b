package dev.banyan.loyalty;

import java.util.Locale;
import org.springframework.boot.SpringApplication;

/** Runs the loyalty service as a server. */
public final class Loyalty {

    private Loyalty() {}

    public static void main(String[] args) {
        Locale.setDefault(Locale.Category.FORMAT, Locale.ENGLISH); // of numbers that programs read again
        SpringApplication.run(LoyaltyWiring.class, args);
    }
}
