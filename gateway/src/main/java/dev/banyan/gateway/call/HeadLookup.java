package dev.banyan.gateway.call;

import dev.banyan.rules.ByteText;
import dev.banyan.rules.HeaderLookup;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request's head as rules ask for it. Each character of the head is a byte. */
record HeadLookup(HttpHeaders head) implements HeaderLookup {

    @Override
    public List<String> all(String name) {
        return head.getAll(name);
    }

    @Override
    public @Nullable String first(String name) {
        return head.get(name);
    }

    @Override
    public String text(String value) {
        return ByteText.read(value);
    }
}
