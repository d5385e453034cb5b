package dev.banyan.bridge.source;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PostgresVersionTest {

    @Test
    void before14TheLogHasNoMessagesAndTheBridgeDoesNotStart() {
        assertThat(PostgresPlan.version("130018", "13.18"))
                .contains("version: 13.18 (expected: PostgreSQL 14 or newer)");
        assertThat(PostgresPlan.version("140000", "14.0")).isEmpty();
    }
}
