package dev.banyan.loyalty;

import org.springframework.boot.SpringApplication;

/** Runs the loyalty service as a server. */
public final class Loyalty {

    private Loyalty() {}

    public static void main(String[] args) {
        SpringApplication.run(LoyaltyWiring.class, args);
    }
}
