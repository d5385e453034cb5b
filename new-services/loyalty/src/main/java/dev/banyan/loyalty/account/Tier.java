package dev.banyan.loyalty.account;

import java.util.Locale;

/** What a customer has reached with his points. */
public enum Tier {
    BRONZE(0),
    SILVER(500),
    GOLD(2_000);

    private final long from;

    Tier(long from) {
        this.from = from;
    }

    /** The highest tier that {@code points} reach. */
    public static Tier of(long points) {
        return points >= GOLD.from ? GOLD : points >= SILVER.from ? SILVER : BRONZE;
    }

    /** Its name in JSON and on pages. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
