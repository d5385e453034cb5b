package dev.banyan.gateway;

import java.util.List;

/** The ways a request can take through the gateway; what a caller and a backend see of it must be the same. */
enum Way {
    CHAIN,
    /** Last, since what a test class left is what the next one starts with. */
    LEAN;

    /** Returns what makes a gateway take every request this way. */
    List<String> options() {
        return this == CHAIN ? List.of("--chain-only") : List.of();
    }
}
