package dev.banyan.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Wherever TCP cuts what a client sends: it means the same. */
@SuppressWarnings("StringConcatToTextBlock") // line ends on the wire are CRLF
class RequestCodecTest {

    private static final String POST = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ";

    @ParameterizedTest
    @ValueSource(strings = {" {}", "\t{}", "{\n  \"a\": 1\n}", "\r\n b", "\n\n \n", " "})
    void aBodyMayBeginWithABlankWhereverItIsCut(String body) {
        String request = POST + body.length() + "\r\n\r\n" + body;
        for (int first = 1; first <= request.length(); first++) {
            for (int second = first; second <= request.length(); second++) {
                assertThat(read(request, first, second))
                        .as("cut at %d and %d", first, second)
                        .isEqualTo("POST " + body);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\nHost: a\r\nX-A: 1\r\n 2\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\n\rX-A: 1\r\n 2\r\n\r\n",
                "GET / HTTP/1.1\r\n\rHost: a\r\n\t2\r\n\r\n",
                "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\tb\r\n\r\n",
                "\r\u007f\r\nGET / HTTP/1.1\r\nHost: a\r\n\tb\r\n\r\n",
                POST + "2\r\n \r\n\r\n{}",
            })
    void aFoldIsRefusedWhereverItIsCut(String request) {
        for (int first = 1; first <= request.length(); first++) {
            for (int second = first; second <= request.length(); second++) {
                assertThat(read(request, first, second))
                        .as("cut at %d and %d", first, second)
                        .startsWith("refused");
            }
        }
    }

    @Test
    void whileItIsHeldBackNothingIsDecodedAndNothingIsLost() {
        int requests = 100;
        int atOnce = 8;
        List<String> seen = new ArrayList<>();
        var codec = new RequestCodec(new HttpDecoderConfig());
        var channel = new EmbeddedChannel(codec, new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                if (message instanceof HttpRequest request) {
                    seen.add(request.uri());
                } else if (seen.size() % atOnce == 0) {
                    codec.holdBack(true);
                }
            }
        });
        var sent = new StringBuilder();
        for (int i = 0; i < requests; i++) {
            sent.append("GET ").append(i).append(" HTTP/1.1\r\n\r\n");
        }
        channel.writeInbound(Unpooled.copiedBuffer(sent + "GET half", StandardCharsets.ISO_8859_1));
        for (int most = atOnce; most < requests; most += atOnce) {
            assertThat(seen).hasSize(most);
            assertThat(codec.holdsBytes()).isTrue();
            assertThat(codec.holdsHalfHead()).isFalse();
            codec.holdBack(false);
            channel.writeInbound(Unpooled.EMPTY_BUFFER);
        }
        assertThat(seen)
                .isEqualTo(
                        IntStream.range(0, requests).mapToObj(String::valueOf).toList());
        assertThat(codec.holdsHalfHead()).isTrue();
        channel.finishAndReleaseAll();
    }

    /** Returns the method and the body of the only request in what comes in three reads, or that it is refused. */
    private static String read(String bytes, int first, int second) {
        var channel = new EmbeddedChannel(new RequestCodec(new HttpDecoderConfig()));
        for (String part :
                new String[] {bytes.substring(0, first), bytes.substring(first, second), bytes.substring(second)}) {
            channel.writeInbound(Unpooled.copiedBuffer(part, StandardCharsets.ISO_8859_1));
        }
        var read = new StringBuilder();
        for (Object each = channel.readInbound(); each != null; each = channel.readInbound()) {
            if (each instanceof HttpRequest request) {
                read.append(
                        request.decoderResult().isFailure()
                                ? "refused"
                                : request.method().name() + " ");
            }
            if (each instanceof HttpContent piece) {
                read.append(piece.content().toString(StandardCharsets.ISO_8859_1));
                piece.release();
            }
        }
        channel.finishAndReleaseAll();
        return read.toString();
    }
}
