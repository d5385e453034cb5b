package dev.banyan.cli.rules;

import dev.banyan.rules.Problem;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;

/** Problems as people read them. */
final class Problems {

    private Problems() {}

    /** Prints each problem in the form that editors can jump to, and under it the line with a mark at the column. */
    static void print(List<Problem> problems, PrintWriter err) {
        for (var problem : problems) {
            err.println(problem);
            var line = lineOf(problem);
            if (!line.isBlank()) {
                err.println("    " + line);
                err.println("    " + blank(line, problem.column() - 1) + "^");
            }
        }
        err.println(count(problems.size(), "problem"));
        err.flush();
    }

    static String count(long number, String thing) {
        return number + " " + thing + (number == 1 ? "" : "s");
    }

    /** As wide as the first characters of the line: tabs stay tabs. */
    private static String blank(String line, int characters) {
        int end = line.offsetByCodePoints(0, Math.clamp(characters, 0, line.codePointCount(0, line.length())));
        return line.substring(0, end).replaceAll("[^\t]", " ");
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
