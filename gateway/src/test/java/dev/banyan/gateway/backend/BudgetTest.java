package dev.banyan.gateway.backend;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BudgetTest {

    private static int taken(Budget budget) {
        int count = 0;
        while (budget.take()) {
            count++;
        }
        return count;
    }

    @Test
    void asMuchIsAskedBesideAsItsShareOfRequestsAllows() {
        var budget = new Budget(10);
        assertThat(taken(budget)).isEqualTo(10);
        for (int i = 0; i < 20; i++) {
            budget.request(2_000);
        }
        assertThat(taken(budget)).isEqualTo(4);
    }

    @Test
    void aQuietTimeSavesUpNoMoreThanItMay() {
        var budget = new Budget(3);
        for (int i = 0; i < 1_000; i++) {
            budget.request(10_000);
        }
        assertThat(taken(budget)).isEqualTo(3);
    }

    @Test
    void aLimitGivesAllOrNothing() {
        var limit = new Limit(10);
        assertThat(limit.take(8)).isTrue();
        assertThat(limit.take(3)).isFalse();
        assertThat(limit.take(2)).isTrue();
        limit.giveBack(8);
        assertThat(limit.taken()).isEqualTo(2);
        assertThat(limit.take(8)).isTrue();
    }
}
