package dev.banyan.gateway.compare;

import java.util.Arrays;

/** The largest set of pairs, each element in one pair at most: Kuhn's algorithm of augmenting paths. */
final class Matching {

    private final boolean[][] fits;
    private final int[] partners;

    private Matching(boolean[][] fits, int columns) {
        this.fits = fits;
        this.partners = new int[columns];
        Arrays.fill(partners, -1);
    }

    /** Returns for each column the row it is paired with, or -1. */
    static int[] of(boolean[][] fits, int columns) {
        var matching = new Matching(fits, columns);
        for (int row = 0; row < fits.length; row++) {
            matching.place(row, new boolean[columns]);
        }
        return matching.partners;
    }

    private boolean place(int row, boolean[] tried) {
        for (int column = 0; column < tried.length; column++) {
            if (fits[row][column] && !tried[column]) {
                tried[column] = true;
                if (partners[column] < 0 || place(partners[column], tried)) {
                    partners[column] = row;
                    return true;
                }
            }
        }
        return false;
    }
}
