package dev.banyan.rules;

import java.time.Duration;

/** The cookie that makes a browser recognisable to a cohort, to be sent along with the reply. */
public record NewCookie(String name, String value) {

    /** How long a browser keeps it. */
    public static final Duration MAX_AGE = Duration.ofDays(365);

    /** The value of a {@code Set-Cookie} header. {@code secure} when the request came by https. */
    public String setCookie(boolean secure) {
        return name + "=" + value + "; Path=/; Max-Age=" + MAX_AGE.toSeconds() + "; HttpOnly; SameSite=Lax"
                + (secure ? "; Secure" : "");
    }
}
