package dev.banyan.bridge.aws;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.extension.ResponseDefinitionTransformerV2;
import com.github.tomakehurst.wiremock.http.Request;
import com.github.tomakehurst.wiremock.http.ResponseDefinition;
import com.github.tomakehurst.wiremock.stubbing.ServeEvent;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.Predicate;

/** A service of AWS as its clients see it, in its wire format, which keeps to its limits and fails as it is told to. */
final class FakeAws implements ResponseDefinitionTransformerV2, AutoCloseable {

    /** One entry of a call; {@code digest} is what the client wants to hear of its attributes. */
    record Put(String body, String group, long bytes, String digest) {
        Put(String body, String group, long bytes) {
            this(body, group, bytes, "");
        }
    }

    /** How a service writes what it is asked and what it answers. */
    interface Wire {
        List<Put> puts(Request request);

        /**
         * The answer that refuses the entries at the places where {@code codes} has a code, and takes the others; it is silent of those
         * that are {@link #NOT_MENTIONED} or {@link #NAMELESS}.
         */
        ResponseDefinitionBuilder answer(List<Put> puts, List<String> codes);

        /** The answer to a call that failed as a whole. */
        ResponseDefinitionBuilder failure(int status, String code);
    }

    /** The refusal of an entry of which the answer says nothing, and of one of which it says neither that it was taken nor why not. */
    static final String NOT_MENTIONED = "not mentioned";

    static final String NAMELESS = "nameless";

    private final Wire wire;
    private final Target.Limits limits;
    private final WireMockServer server;
    private final List<Put> taken = new ArrayList<>();
    private final List<Integer> sizes = new ArrayList<>();
    private int calls;

    /** Whether an entry is refused this time, and with which code; an empty one takes it. */
    Function<Put, String> refusal = _ -> "";

    /** Calls, by their number from 0, that fail with 503 before anything is taken, and after everything is. */
    IntPredicate failsBefore = _ -> false;

    IntPredicate failsAfter = _ -> false;
    String failureCode = "ThrottlingException";

    FakeAws(Wire wire, Target.Limits limits) {
        this.wire = wire;
        this.limits = limits;
        server = new WireMockServer(wireMockConfig().dynamicPort().extensions(this));
        server.start();
        server.stubFor(any(anyUrl()));
    }

    Target.Limits limits() {
        return limits;
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.port());
    }

    synchronized List<Put> taken() {
        return List.copyOf(taken);
    }

    /** How many entries each call had. */
    synchronized List<Integer> sizes() {
        return List.copyOf(sizes);
    }

    @Override
    public String getName() {
        return "fake-aws";
    }

    @Override
    public synchronized ResponseDefinition transform(ServeEvent event) {
        var call = calls++;
        var puts = wire.puts(event.getRequest());
        sizes.add(puts.size());
        if (puts.size() > limits.entriesMax()
                || puts.stream().mapToLong(Put::bytes).sum() > limits.callBytesMax()
                || puts.stream().anyMatch(put -> put.bytes() > limits.entryBytesMax())) {
            return wire.failure(400, "ValidationException").build();
        }
        if (failsBefore.test(call)) {
            return wire.failure(503, failureCode).build();
        }
        var codes = new ArrayList<String>();
        for (var put : puts) {
            var code = refusal.apply(put);
            codes.add(code);
            if (code.isEmpty()) {
                taken.add(put);
            }
        }
        return failsAfter.test(call)
                ? wire.failure(500, "InternalFailure").build()
                : wire.answer(puts, codes).build();
    }

    static boolean isSilent(String code) {
        return code.equals(NOT_MENTIONED) || code.equals(NAMELESS);
    }

    static Predicate<Put> of(String subject) {
        return put -> put.body().contains("\"subject\":\"" + subject + "\"");
    }

    @Override
    public void close() {
        server.stop();
    }
}
