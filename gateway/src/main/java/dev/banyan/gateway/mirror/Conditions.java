package dev.banyan.gateway.mirror;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.List;

/** Requests and replies that depend on what the caller has already. */
final class Conditions {

    private static final List<AsciiString> HEADERS = List.of(
            HttpHeaderNames.IF_MATCH,
            HttpHeaderNames.IF_MODIFIED_SINCE,
            HttpHeaderNames.IF_NONE_MATCH,
            HttpHeaderNames.IF_RANGE,
            HttpHeaderNames.IF_UNMODIFIED_SINCE,
            HttpHeaderNames.RANGE);

    private Conditions() {}

    /** Whether a request asks for something only on a condition, or for a part of it. */
    static boolean areIn(HttpHeaders request) {
        for (AsciiString each : HEADERS) {
            if (request.contains(each)) {
                return true;
            }
        }
        return false;
    }

    static void removeFrom(HttpHeaders request) {
        HEADERS.forEach(request::remove);
    }

    /** Whether a reply of this status says little but what the caller has. */
    static boolean decide(int status) {
        return status == 206 || status == 304 || status == 412 || status == 416;
    }
}
