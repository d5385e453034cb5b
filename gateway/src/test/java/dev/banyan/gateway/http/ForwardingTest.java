package dev.banyan.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForwardingTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "none", textBlock = """
                    https       | https
                    HTTP        | http
                    wss         | https
                    ws          | http
                    https, http | https
                    'http ,wss' | http
                    ftp         | none
                    ''          | none
                    none        | none
                    """)
    void theSchemeIsWhatTheFirstProxySays(String said, String expected) {
        var head = new DefaultHttpHeaders();
        if (said != null) {
            head.set("X-Forwarded-Proto", said);
        }
        assertThat(Forwarding.proto(head)).isEqualTo(expected);
    }
}
