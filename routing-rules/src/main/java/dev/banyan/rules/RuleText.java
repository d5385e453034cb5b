package dev.banyan.rules;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.function.Consumer;

/** Rules as text, in one order only, so that equal rules are equal text. */
final class RuleText {

    private static final int HASH_BYTES = 8;

    private RuleText() {}

    static String of(RuleSet rules) {
        var text = new StringBuilder();
        each(rules, text::append);
        return text.toString();
    }

    private static void each(RuleSet rules, Consumer<String> line) {
        rules.trustedNetworks().stream()
                .map(each -> "Network[" + each + "]\n")
                .sorted()
                .forEach(line);
        rules.backends().stream().sorted(Comparator.comparing(Backend::name)).forEach(each -> line.accept(each + "\n"));
        rules.cohorts().stream().sorted(Comparator.comparing(Cohort::name)).forEach(each -> line.accept(each + "\n"));
        rules.routes().stream().sorted(Comparator.comparing(Route::name)).forEach(each -> line.accept(each + "\n"));
    }

    static String hash(RuleSet rules) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            each(rules, line -> digest.update(line.getBytes(UTF_8))); // not all at once: that is as large as all files
            return HexFormat.of().formatHex(digest.digest(), 0, HASH_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256: every JDK has it", e);
        }
    }
}
