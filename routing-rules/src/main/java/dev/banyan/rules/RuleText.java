package dev.banyan.rules;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;

/** Rules as text, in one order only, so that equal rules are equal text. */
final class RuleText {

    private static final int HASH_BYTES = 8;

    private RuleText() {}

    static String of(RuleSet rules) {
        var text = new StringBuilder();
        rules.trustedNetworks().stream()
                .map(each -> "Network[" + each + "]\n")
                .sorted()
                .forEach(text::append);
        rules.backends().stream().sorted(Comparator.comparing(Backend::name)).forEach(each -> line(text, each));
        rules.cohorts().stream().sorted(Comparator.comparing(Cohort::name)).forEach(each -> line(text, each));
        rules.routes().stream().sorted(Comparator.comparing(Route::name)).forEach(each -> line(text, each));
        return text.toString();
    }

    static String hash(RuleSet rules) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(of(rules).getBytes(UTF_8));
            return HexFormat.of().formatHex(digest, 0, HASH_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256: every JDK has it", e);
        }
    }

    private static void line(StringBuilder text, Record rule) {
        text.append(rule).append('\n');
    }
}
