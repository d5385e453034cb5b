package dev.banyan.gateway.lean;

import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;

/** Follows a reply of the filter chain as it is written, to know when it has ended. */
final class ChainReply {

    private boolean interim;
    private boolean whole;
    private boolean last;

    void begin() {
        interim = false;
        whole = false;
        last = false;
    }

    /** Takes a look at a message before it is written; with {@code lastOne} the reply says that its connection ends with it. */
    void see(Object message, boolean lastOne) {
        if (message instanceof HttpResponse reply) {
            interim = reply.status().codeClass() == HttpStatusClass.INFORMATIONAL;
            if (lastOne && !interim) {
                HttpUtil.setKeepAlive(reply, false);
            }
            last |= !interim && !HttpUtil.isKeepAlive(reply);
        }
        whole |= message instanceof LastHttpContent && !interim;
    }

    boolean isWhole() {
        return whole;
    }

    /** Whether it said that it is the connection's last. */
    boolean isLast() {
        return last;
    }
}
