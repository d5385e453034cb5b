package dev.banyan.gateway.mirror;

import dev.banyan.gateway.compare.Reply;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;

/**
 * A reply as it came.
 *
 * @param body empty when it was longer than is kept
 * @param head without what ends at this hop; not changed any more
 */
record Kept(int status, HttpHeaders head, Collected body) {

    /**
     * Whether no comparison could find a difference: the same status, the same bytes of the same type in the same encoding, and the
     * same values of the headers {@code compared}. False says nothing.
     */
    boolean isIdenticalTo(Kept other, List<String> compared) {
        return status == other.status
                && !body.isTooLong()
                && !other.body.isTooLong()
                && body.isEqualTo(other.body)
                && isSame(HttpHeaderNames.CONTENT_TYPE, other)
                && isSame(HttpHeaderNames.CONTENT_ENCODING, other)
                && compared.stream().allMatch(name -> isSame(name, other));
    }

    private boolean isSame(CharSequence name, Kept other) {
        return head.getAll(name).equals(other.head.getAll(name));
    }

    Reply toReply() {
        return new Reply(status, head.entries(), body.toBytes(), body.isTooLong());
    }
}
