package dev.banyan.gateway.call;

import dev.banyan.rules.HeaderLookup;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request's head as rules ask for it. */
record HeadLookup(HttpHeaders head) implements HeaderLookup {

    @Override
    public List<String> all(String name) {
        return head.getAll(name);
    }

    @Override
    public @Nullable String first(String name) {
        return head.get(name);
    }
}
