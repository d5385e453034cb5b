package dev.banyan.rules.format;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** The text of a file by code point, which is how the parser counts. */
final class SourceText {

    private final int[] points;
    private final int[] lineStarts;

    SourceText(String text) {
        this.points = text.codePoints().toArray();
        this.lineStarts = IntStream.concat(
                        IntStream.of(0),
                        IntStream.rangeClosed(1, points.length).filter(start -> isBreak(points[start - 1])))
                .toArray();
    }

    int length() {
        return points.length;
    }

    int at(int index) {
        return points[index];
    }

    String between(int start, int end) {
        return new String(points, start, end - start);
    }

    static boolean isBreak(int point) {
        return point == '\n' || point == '\r';
    }

    static boolean isBlank(int point) {
        return point == ' ' || point == '\t';
    }

    int lineStart(int index) {
        int found = Arrays.binarySearch(lineStarts, index);
        return found >= 0 ? index : lineStarts[-found - 2];
    }

    int lineEnd(int index) {
        int end = index;
        while (end < points.length && !isBreak(points[end])) {
            end++;
        }
        return end;
    }

    /** The start of the line after the one that ends at {@code lineEnd}. */
    int nextLine(int lineEnd) {
        boolean isPair = lineEnd + 1 < points.length && points[lineEnd] == '\r' && points[lineEnd + 1] == '\n';
        return Math.min(points.length, lineEnd + (isPair ? 2 : 1));
    }

    /** Counted from 1. */
    int column(int index) {
        return index - lineStart(index) + 1;
    }

    /** Whether the line above has nothing on it; the first line has none above. */
    boolean isBlankLineAbove(int index) {
        int end = lineStart(index) - 1;
        if (end < 0) {
            return false;
        }
        if (end > 0 && points[end] == '\n' && points[end - 1] == '\r') {
            end--;
        }
        int start = lineStart(end);
        for (int i = start; i < end; i++) {
            if (!isBlank(points[i])) {
                return false;
            }
        }
        return true;
    }

    /** Whether only blanks and dashes stand before {@code index} on its line. */
    boolean isFirstOnLine(int index) {
        for (int i = lineStart(index); i < index; i++) {
            if (!isBlank(points[i]) && points[i] != '-') {
                return false;
            }
        }
        return true;
    }

    /** The comment that begins at {@code start}. */
    Comment comment(int start) {
        String text = between(start, lineEnd(start)).stripTrailing();
        return new Comment(text, start, column(start), isFirstOnLine(start), isBlankLineAbove(start));
    }

    /** Every comment between {@code start} and {@code end}, where no scalar stands. */
    List<Comment> commentsBetween(int start, int end) {
        List<Comment> comments = new ArrayList<>();
        for (int i = start; i < end; i++) {
            if (points[i] == '#') {
                comments.add(comment(i));
                i = lineEnd(i);
            }
        }
        return comments;
    }
}
