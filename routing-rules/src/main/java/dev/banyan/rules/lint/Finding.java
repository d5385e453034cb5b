package dev.banyan.rules.lint;

import dev.banyan.rules.SourcePlace;
import java.util.Locale;

/**
 * One thing that lint has found.
 *
 * @param route the route it can be allowed in; empty when it is about a backend or cohort
 * @param where what it is about: {@code routes[orders].matches[1]}
 * @param found what stands there
 * @param expected what would do
 */
public record Finding(LintCode code, SourcePlace place, String route, String where, String found, String expected) {

    /** {@code LEVEL [CODE] file:line:col where: found (expected: ...)}. */
    @Override
    public String toString() {
        String at = place.toString().isEmpty() ? "" : place + " ";
        return code.level().name().toLowerCase(Locale.ROOT) + " [" + code + "] " + at + where + ": " + found
                + " (expected: " + expected + ")";
    }
}
