package dev.banyan.bridge.yaml;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Says which words would do, and which of them a misspelt one probably means. */
public final class Words {

    private static final int LISTED_MAX = 24;

    /** Nobody misspells a longer word by a letter or two, and comparing costs the product of the lengths. */
    private static final int COMPARED_MAX = 100;

    private Words() {}

    /** {@code did you mean 'x'?} where one of {@code known} is near {@code word}; else the known words. */
    public static String expected(String word, Collection<String> known) {
        return nearest(word, known)
                .map(near -> "did you mean '" + near + "'? One of " + list(known))
                .orElseGet(() -> "one of " + list(known));
    }

    /** The word of {@code known} that {@code word} is most probably a misspelling of. */
    public static Optional<String> nearest(String word, Collection<String> known) {
        if (word.length() > COMPARED_MAX) {
            return Optional.empty();
        }
        var allowed = Math.max(1, word.length() / 3);
        var bestDistance = allowed + 1;
        var best = Optional.<String>empty();
        for (var candidate : known) {
            if (Math.abs(candidate.length() - word.length()) > allowed) {
                continue;
            }
            var distance = distance(word.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT));
            if (distance < bestDistance) {
                bestDistance = distance;
                best = Optional.of(candidate);
            }
        }
        return best;
    }

    private static String list(Collection<String> known) {
        var shown = List.copyOf(known).subList(0, Math.min(known.size(), LISTED_MAX));
        return String.join(", ", shown) + (known.size() > LISTED_MAX ? ", ..." : "");
    }

    /** Optimal string alignment: insertions, deletions, substitutions, and swaps of neighbours. */
    private static int distance(String a, String b) {
        var rows = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    rows[i][j] = i + j;
                    continue;
                }
                var substitution = rows[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                rows[i][j] = Math.min(substitution, Math.min(rows[i - 1][j], rows[i][j - 1]) + 1);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
                }
            }
        }
        return rows[a.length()][b.length()];
    }
}
