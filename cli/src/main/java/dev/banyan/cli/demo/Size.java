package dev.banyan.cli.demo;

import java.time.Duration;
import java.util.Locale;

/** How big a demo is: legacy's seed data, how many people come, how long each step watches them. */
public enum Size {
    SMALL(
            40,
            4,
            6,
            Duration.ofSeconds(4),
            "-Xmx320m",
            Duration.ofMinutes(3),
            Duration.ofMillis(700),
            Duration.ofMillis(50)),
    MEDIUM(
            60,
            6,
            8,
            Duration.ofSeconds(10),
            "-Xmx1g",
            Duration.ofMinutes(10),
            Duration.ofSeconds(5),
            Duration.ofMillis(700));

    private final int shoppers;
    private final int mobile;
    private final int partners;
    private final Duration watch;
    private final String heap;
    private final Duration fill;
    private final Duration jobRest;
    private final Duration hurriedRest;

    Size(
            int shoppers,
            int mobile,
            int partners,
            Duration watch,
            String heap,
            Duration fill,
            Duration jobRest,
            Duration hurriedRest) {
        this.shoppers = shoppers;
        this.mobile = mobile;
        this.partners = partners;
        this.watch = watch;
        this.heap = heap;
        this.fill = fill;
        this.jobRest = jobRest;
        this.hurriedRest = hurriedRest;
    }

    int shoppers() {
        return shoppers;
    }

    int mobile() {
        return mobile;
    }

    int partners() {
        return partners;
    }

    /** Returns how long a step looks at people before it says what it saw. */
    Duration watch() {
        return watch;
    }

    /** Returns the option that bounds the heap of each program; the bridge keeps the rows it used last in memory. */
    String heap() {
        return heap;
    }

    /** Returns how long the backfill may take on a slow machine. */
    Duration fill() {
        return fill;
    }

    /** Returns how long the price job rests between two categories, of which the larger shop has larger ones. */
    Duration jobRest(boolean hurried) {
        return hurried ? hurriedRest : jobRest;
    }

    /** Returns the name as it is typed, and as legacy's {@code --size} wants it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
