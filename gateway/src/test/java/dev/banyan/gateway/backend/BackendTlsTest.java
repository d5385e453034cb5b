package dev.banyan.gateway.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.rules.RuleSet;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class BackendTlsTest {

    @Test
    void authoritiesAreReadOnlyForABackendThatIsCalledByHttps() throws Exception {
        var asked = new AtomicInteger();
        var jdk = BackendTls.trustingTheJdk(null);
        var tls = new BackendTls(
                () -> {
                    asked.incrementAndGet();
                    return jdk.standard().get();
                },
                null);
        try (var addresses = new BackendAddresses(null, _ -> false)) {
            for (String url : new String[] {"http://127.0.0.1:1", "https://127.0.0.1:1"}) {
                RuleSet rules = RuleSet.passThrough(URI.create(url));
                Backends.none().with(rules, null, tls, addresses).replaceBy(Backends.none());
                assertThat(asked).hasValue(url.startsWith("https") ? 1 : 0);
            }
        }
        assertThat(jdk.standard().get()).isSameAs(jdk.standard().get());
    }
}
