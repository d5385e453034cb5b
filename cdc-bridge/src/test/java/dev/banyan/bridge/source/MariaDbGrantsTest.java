package dev.banyan.bridge.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.TableId;
import java.util.List;
import org.junit.jupiter.api.Test;

class MariaDbGrantsTest {

    @Test
    void namesMayHaveBlanksAndDotsInThem() {
        var grants = new MariaDbGrants(List.of(
                "GRANT REPLICATION SLAVE ON *.* TO `r`@`%` IDENTIFIED BY PASSWORD '*0'",
                "GRANT SELECT ON `my shop`.* TO `r`@`%`", "GRANT INSERT, DELETE ON `a``b`.`c. d` TO `r`@`%`"));

        assertThat(grants.hasGlobal("REPLICATION SLAVE")).isTrue();
        assertThat(grants.has("SELECT", new TableId("my shop", "ord"))).isTrue();
        assertThat(grants.has("SELECT", new TableId("my", "ord"))).isFalse();
        assertThat(grants.has("DELETE", new TableId("a`b", "c. d"))).isTrue();
        assertThat(grants.has("DELETE", new TableId("a`b", "d"))).isFalse();
    }
}
