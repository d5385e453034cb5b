package dev.banyan.cli.rules;

import dev.banyan.rules.Problem;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;

/** Problems as people read them. */
final class Problems {

    private static final int LINE_CHARS_MAX = 400;

    private Problems() {}

    /** Prints each problem in the form that editors can jump to, and under it the line with a mark at the column. */
    static void print(List<Problem> problems, PrintWriter err) {
        for (var problem : problems) {
            err.println(problem);
            var line = lineOf(problem);
            if (!line.isBlank()) {
                printPlace(line, problem.column(), err);
            }
        }
        err.println(count(problems.size(), "problem"));
        err.flush();
    }

    /** Of a very long line, what stands around the column. */
    private static void printPlace(String line, int column, PrintWriter err) {
        int at = line.offsetByCodePoints(0, Math.clamp(column - 1L, 0, line.codePointCount(0, line.length())));
        int from = line.length() <= LINE_CHARS_MAX ? 0 : Math.max(0, at - LINE_CHARS_MAX / 2);
        int to = Math.min(line.length(), from + LINE_CHARS_MAX);
        String before = from == 0 ? "" : "...";
        err.println("    " + before + line.substring(from, to) + (to == line.length() ? "" : "..."));
        err.println("    " + " ".repeat(before.length()) + blank(line.substring(from, at)) + "^");
    }

    static String count(long number, String thing) {
        return number + " " + thing + (number == 1 ? "" : "s");
    }

    /** As wide as the text: tabs stay tabs. */
    private static String blank(String text) {
        return text.replaceAll("[^\t]", " ");
    }

    private static String lineOf(Problem problem) {
        if (problem.line() == 0) {
            return "";
        }
        try (var lines = Files.lines(problem.file())) {
            return lines.skip(problem.line() - 1L).findFirst().orElse("");
        } catch (IOException | UncheckedIOException e) {
            return ""; // the file went away since it was read, or is no text: the message alone must do
        }
    }
}
