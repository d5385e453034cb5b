package dev.banyan.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MirrorMarkTest {

    /** CGI and its heirs make one variable of all of these. */
    @ParameterizedTest
    @ValueSource(strings = {"X.Banyan.Mirror", "x_banyan_mirror", "X-BANYAN~mirror"})
    void whatABackendCouldTakeForAMarkDoesNotGoOn(String name) {
        var came = DefaultHttpHeadersFactory.headersFactory().newHeaders();
        came.add(name, "x").add("X-Banyan-Mirror", "a mark").add("X-Banyan-Mirrors", "none");
        var goesOn = HopByHop.copyWithout(came, ProxyHeaders.USUAL, true);
        assertThat(goesOn.names()).containsExactlyInAnyOrder("X-Banyan-Mirror", "X-Banyan-Mirrors");
    }
}
