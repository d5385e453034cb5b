package dev.banyan.rules;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** What somebody probably meant. */
final class Suggestion {

    private static final int DISTANCE_MAX = 2;

    private Suggestion() {}

    /** {@code one of a, b, c}, with the nearest word first named when one is near. */
    static String among(String word, Collection<String> known) {
        if (known.isEmpty()) {
            return "none are declared";
        }
        List<String> sorted = known.stream().sorted().toList();
        String oneOf = "one of " + String.join(", ", sorted.size() <= 20 ? sorted : sorted.subList(0, 20))
                + (sorted.size() <= 20 ? "" : ", ...");
        return sorted.stream()
                .filter(each -> distance(word, each) <= Math.min(DISTANCE_MAX, each.length() / 2))
                .min(Comparator.comparingInt(each -> distance(word, each)))
                .map(nearest -> "did you mean " + nearest + "? " + oneOf)
                .orElse(oneOf);
    }

    /** The number of letters to insert, drop, change or swap with the next, whatever their case. */
    private static int distance(String a, String b) {
        if (Math.abs(a.length() - b.length()) > DISTANCE_MAX) {
            return DISTANCE_MAX + 1;
        }
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                cost[i][j] = i == 0 || j == 0 ? i + j : step(cost, a, b, i, j);
            }
        }
        return cost[a.length()][b.length()];
    }

    private static int step(int[][] cost, String a, String b, int i, int j) {
        int change = same(a, i, b, j) ? 0 : 1;
        int least = Math.min(cost[i - 1][j - 1] + change, Math.min(cost[i - 1][j], cost[i][j - 1]) + 1);
        boolean swapped = i > 1 && j > 1 && same(a, i, b, j - 1) && same(a, i - 1, b, j);
        return swapped ? Math.min(least, cost[i - 2][j - 2] + 1) : least;
    }

    private static boolean same(String a, int i, String b, int j) {
        return Character.toLowerCase(a.charAt(i - 1)) == Character.toLowerCase(b.charAt(j - 1));
    }
}
