package dev.banyan.gateway.call;

import dev.banyan.gateway.backend.Failure;
import dev.banyan.gateway.http.Origin;
import dev.banyan.rules.Decision;
import dev.banyan.rules.NewCookie;
import dev.banyan.rules.Retired;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;

/**
 * A reply of the gateway's own: it names nothing behind the gateway.
 *
 * @param head with the length of the body
 * @param body text, empty where there is none; a HEAD gets none of it
 */
public record OwnReply(int status, HttpHeaders head, String body) {

    /** Says no in one line of plain text. */
    public static OwnReply refusal(int status, String reason) {
        String phrase = HttpResponseStatus.valueOf(status).reasonPhrase();
        OwnReply reply = text(status, "text/plain;charset=UTF-8", status + " " + phrase + ": " + reason + "\n");
        if (status == 503) {
            reply.head.set(HttpHeaderNames.RETRY_AFTER, "1");
        }
        return reply;
    }

    /** The same, where the connection is not worth keeping. */
    public OwnReply andClose() {
        head.set(HttpHeaderNames.CONNECTION, "close");
        return this;
    }

    /** Answers for a backend that gave no usable reply. */
    static OwnReply failure(Failure failure) {
        return refusal(failure.status(), reason(failure));
    }

    /** Says that something is gone, and where to go instead when the route knows. */
    static OwnReply gone(Retired retired) {
        OwnReply reply = text(410, retired.contentType(), retired.body());
        if (retired.link() != null) {
            reply.head.set("Link", "<" + retired.link() + ">; rel=\"successor-version\"");
        }
        return reply;
    }

    /** Sends a caller elsewhere. */
    static OwnReply redirect(Decision.Redirected redirected, Origin asked) {
        HttpHeaders head = new DefaultHttpHeaders();
        head.set(HttpHeaderNames.LOCATION, redirected.location()).set(HttpHeaderNames.CONTENT_LENGTH, "0");
        if (redirected.choice().split()) {
            head.set(HttpHeaderNames.CACHE_CONTROL, "private");
        }
        NewCookie issue = redirected.choice().issue();
        if (issue != null) {
            head.add(HttpHeaderNames.SET_COOKIE, issue.setCookie(asked.scheme().equals("https")));
        }
        return new OwnReply(redirected.status(), head, "");
    }

    private static OwnReply text(int status, String type, String body) {
        HttpHeaders head = new DefaultHttpHeaders();
        head.set(HttpHeaderNames.CONTENT_TYPE, type)
                .set(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(body.getBytes(StandardCharsets.UTF_8).length))
                .set(HttpHeaderNames.CACHE_CONTROL, "no-store");
        return new OwnReply(status, head, body);
    }

    private static String reason(Failure failure) {
        return switch (failure) {
            case CONNECT, CERTIFICATE -> "the server behind the gateway cannot be reached";
            case RESET -> "the server behind the gateway broke off";
            case TIMEOUT -> "the server behind the gateway did not answer in time";
            case BREAKER_OPEN, UNHEALTHY, BUSY ->
                "the server behind the gateway is not taking more requests at the moment";
            case STATUS_502, STATUS_503, STATUS_504 -> "the server behind the gateway has failed";
        };
    }
}
