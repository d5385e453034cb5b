package dev.banyan.loyalty.web;

import java.util.OptionalLong;
import java.util.regex.Pattern;

/** Customer numbers people type into addresses. */
final class CustomerId {

    private static final Pattern FORM = Pattern.compile("[0-9]{1,18}");

    private CustomerId() {}

    /** The number, or nothing when {@code text} is none. */
    static OptionalLong parse(String text) {
        return FORM.matcher(text).matches() ? OptionalLong.of(Long.parseLong(text)) : OptionalLong.empty();
    }
}
