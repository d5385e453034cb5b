package dev.banyan.gateway.compare;

import com.github.difflib.algorithm.Change;
import com.github.difflib.algorithm.myers.MyersDiffWithLinearSpace;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntBinaryOperator;

/**
 * Which elements of two lists belong together. Elements come as classes: equal elements have equal numbers.
 *
 * @param pairs in order of the baseline's element, then of the candidate's that have none
 * @param ordered whether the order of the elements was looked at
 */
record Align(List<Pair> pairs, boolean ordered) {

    /* Myers' algorithm takes time in proportion to length times differences, so that both need a bound. */

    /** The longest middle part, after equal beginnings and ends, that is put in order. */
    static final int IN_ORDER_MAX = 1_000;

    private static final int NONE = -1;
    private static final int LIKENESS_CELLS_MAX = 2_500;

    /** Two elements that belong together by index; one of them is -1 where the other has no partner. */
    record Pair(int baseline, int candidate, boolean equal) {}

    /**
     * Pairs equal elements in the longest common order. Between two of these, what is left is paired by {@code likeness}
     * (0 is never a pair), still in order. Lists that are too long for that are paired whatever the order.
     */
    static Align inOrder(int[] baseline, int[] candidate, IntBinaryOperator likeness) {
        int start = 0;
        int shorter = Math.min(baseline.length, candidate.length);
        while (start < shorter && baseline[start] == candidate[start]) {
            start++;
        }
        int end = 0;
        while (end < shorter - start && baseline[baseline.length - 1 - end] == candidate[candidate.length - 1 - end]) {
            end++;
        }
        int[] left = Arrays.copyOfRange(baseline, start, baseline.length - end);
        int[] right = Arrays.copyOfRange(candidate, start, candidate.length - end);
        int skipped = start;
        IntBinaryOperator likeInMiddle = (a, b) -> likeness.applyAsInt(a + skipped, b + skipped);
        Align middle = left.length > IN_ORDER_MAX || right.length > IN_ORDER_MAX
                ? anyOrder(left, right, likeInMiddle)
                : longestCommonOrder(left, right, likeInMiddle);
        var pairs = new ArrayList<Pair>();
        for (int i = 0; i < start; i++) {
            pairs.add(new Pair(i, i, true));
        }
        middle.pairs.forEach(pair -> pairs.add(shifted(pair, skipped)));
        for (int i = 0; i < end; i++) {
            pairs.add(new Pair(baseline.length - end + i, candidate.length - end + i, true));
        }
        return new Align(pairs, middle.ordered);
    }

    /** Pairs equal elements wherever they are, then what is left by {@code likeness}, the nearest first. */
    static Align anyOrder(int[] baseline, int[] candidate, IntBinaryOperator likeness) {
        Map<Integer, ArrayDeque<Integer>> places = new HashMap<>();
        for (int j = 0; j < candidate.length; j++) {
            places.computeIfAbsent(candidate[j], _ -> new ArrayDeque<>()).add(j);
        }
        int[] partners = new int[baseline.length];
        boolean[] taken = new boolean[candidate.length];
        for (int i = 0; i < baseline.length; i++) {
            ArrayDeque<Integer> free = places.get(baseline[i]);
            partners[i] = free == null || free.isEmpty() ? NONE : free.remove();
            if (partners[i] != NONE) {
                taken[partners[i]] = true;
            }
        }
        boolean[] equal = new boolean[baseline.length];
        for (int i = 0; i < baseline.length; i++) {
            equal[i] = partners[i] != NONE;
        }
        pairTheLike(partners, taken, likeness);
        return new Align(pairs(partners, equal, taken), false);
    }

    private static void pairTheLike(int[] partners, boolean[] taken, IntBinaryOperator likeness) {
        int[] left = indices(partners.length, i -> partners[i] == NONE);
        int[] right = indices(taken.length, j -> !taken[j]);
        boolean few = (long) left.length * right.length <= LIKENESS_CELLS_MAX;
        for (int n = 0; n < left.length; n++) {
            int best = NONE;
            int bestLikeness = 0;
            for (int m = few ? 0 : n; m < (few ? right.length : Math.min(n + 1, right.length)); m++) {
                int alike = taken[right[m]] ? 0 : likeness.applyAsInt(left[n], right[m]);
                if (alike > bestLikeness) {
                    bestLikeness = alike;
                    best = right[m];
                }
            }
            if (best != NONE) {
                partners[left[n]] = best;
                taken[best] = true;
            }
        }
    }

    private static int[] indices(int length, java.util.function.IntPredicate wanted) {
        return java.util.stream.IntStream.range(0, length).filter(wanted).toArray();
    }

    private static Align longestCommonOrder(int[] left, int[] right, IntBinaryOperator likeness) {
        List<Change> changes = left.length == 0 || right.length == 0
                ? List.of()
                : new MyersDiffWithLinearSpace<Integer>()
                        .computeDiff(
                                Arrays.stream(left).boxed().toList(),
                                Arrays.stream(right).boxed().toList(),
                                null);
        boolean[] changedLeft = new boolean[left.length];
        boolean[] changedRight = new boolean[right.length];
        if (left.length == 0 || right.length == 0) {
            Arrays.fill(changedLeft, true);
            Arrays.fill(changedRight, true);
        }
        for (Change change : changes) {
            Arrays.fill(changedLeft, change.startOriginal, change.endOriginal, true);
            Arrays.fill(changedRight, change.startRevised, change.endRevised, true);
        }
        var pairs = new ArrayList<Pair>();
        int i = 0;
        int j = 0;
        while (i < left.length || j < right.length) {
            int fromLeft = i;
            int fromRight = j;
            while (i < left.length && changedLeft[i]) {
                i++;
            }
            while (j < right.length && changedRight[j]) {
                j++;
            }
            pairGap(fromLeft, i, fromRight, j, likeness, pairs);
            while (i < left.length && j < right.length && !changedLeft[i] && !changedRight[j]) {
                pairs.add(new Pair(i++, j++, true));
            }
        }
        return new Align(pairs, true);
    }

    /* The pairs, in order, whose likenesses add up to the most. */
    private static void pairGap(
            int fromLeft, int toLeft, int fromRight, int toRight, IntBinaryOperator likeness, List<Pair> pairs) {
        int rows = toLeft - fromLeft;
        int columns = toRight - fromRight;
        if ((long) rows * columns > LIKENESS_CELLS_MAX || rows == 0 || columns == 0) {
            pairByPosition(fromLeft, toLeft, fromRight, toRight, likeness, pairs);
            return;
        }
        int[][] alike = new int[rows][columns];
        long[][] best = new long[rows + 1][columns + 1];
        for (int i = rows - 1; i >= 0; i--) {
            for (int j = columns - 1; j >= 0; j--) {
                alike[i][j] = likeness.applyAsInt(fromLeft + i, fromRight + j);
                long paired = alike[i][j] > 0 ? alike[i][j] + best[i + 1][j + 1] : 0;
                best[i][j] = Math.max(paired, Math.max(best[i + 1][j], best[i][j + 1]));
            }
        }
        int i = 0;
        int j = 0;
        while (i < rows || j < columns) {
            boolean both = i < rows && j < columns;
            if (both && alike[i][j] > 0 && best[i][j] == alike[i][j] + best[i + 1][j + 1]) {
                pairs.add(new Pair(fromLeft + i++, fromRight + j++, false));
            } else if (i < rows && (!both || best[i][j] == best[i + 1][j])) {
                pairs.add(new Pair(fromLeft + i++, NONE, false));
            } else {
                pairs.add(new Pair(NONE, fromRight + j++, false));
            }
        }
    }

    private static void pairByPosition(
            int fromLeft, int toLeft, int fromRight, int toRight, IntBinaryOperator likeness, List<Pair> pairs) {
        int i = fromLeft;
        int j = fromRight;
        while (i < toLeft || j < toRight) {
            if (i < toLeft && j < toRight && likeness.applyAsInt(i, j) > 0) {
                pairs.add(new Pair(i++, j++, false));
            } else {
                if (i < toLeft) {
                    pairs.add(new Pair(i++, NONE, false));
                }
                if (j < toRight) {
                    pairs.add(new Pair(NONE, j++, false));
                }
            }
        }
    }

    private static List<Pair> pairs(int[] partners, boolean[] equal, boolean[] taken) {
        var pairs = new ArrayList<Pair>();
        for (int i = 0; i < partners.length; i++) {
            pairs.add(new Pair(i, partners[i], equal[i]));
        }
        for (int j = 0; j < taken.length; j++) {
            if (!taken[j]) {
                pairs.add(new Pair(NONE, j, false));
            }
        }
        return pairs;
    }

    private static Pair shifted(Pair pair, int by) {
        return new Pair(
                pair.baseline == NONE ? NONE : pair.baseline + by,
                pair.candidate == NONE ? NONE : pair.candidate + by,
                pair.equal);
    }
}
