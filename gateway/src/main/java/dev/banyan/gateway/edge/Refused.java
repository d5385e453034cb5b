package dev.banyan.gateway.edge;

import dev.banyan.gateway.http.Refusal;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpRequest;
import org.jspecify.annotations.Nullable;

/** Marks a head as one that goes no further, and says why; its connection is worth nothing. */
public final class Refused extends IllegalArgumentException {

    private static final long serialVersionUID = 1;

    private final transient Refusal refusal;

    private Refused(Refusal refusal) {
        super(refusal.reason(), null);
        this.refusal = refusal;
    }

    static void mark(HttpRequest request, Refusal refusal) {
        request.setDecoderResult(DecoderResult.failure(new Refused(refusal)));
    }

    /** Returns why a request goes no further, or null where nothing here has said so. */
    public static @Nullable Refusal of(HttpRequest request) {
        return request.decoderResult().cause() instanceof Refused refused ? refused.refusal : null;
    }
}
