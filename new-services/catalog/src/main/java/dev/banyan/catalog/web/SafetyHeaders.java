package dev.banyan.catalog.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.web.servlet.HandlerInterceptor;

/** Headers every reply has: nothing is cached unasked, no script runs, nobody frames the page. */
public final class SafetyHeaders implements HandlerInterceptor {

    /*
     * The style sheet stands in the page, and not under an address of its own: while a route is split, a page may come from
     * this service and its next request go to the other side, which has no such file.
     */
    private static final String POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:;"
            + " form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        response.setHeader("Cache-Control", "no-cache");
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("Content-Security-Policy", POLICY);
        return true;
    }
}
