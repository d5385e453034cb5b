package dev.banyan.gateway.admin;

/** What people say of themselves and of what they do: PostgreSQL takes no NUL, and logs and lists are read line by line. */
final class OneLine {

    private OneLine() {}

    /** Returns {@code text}, or throws an {@link IllegalArgumentException} if it has a control character. */
    static String checked(String key, String text) {
        text.chars().filter(Character::isISOControl).findFirst().ifPresent(found -> {
            throw new IllegalArgumentException(
                    "%s: control character U+%04X (expected: text in one line)".formatted(key, found));
        });
        return text;
    }
}
