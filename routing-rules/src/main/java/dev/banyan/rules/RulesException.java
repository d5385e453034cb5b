package dev.banyan.rules;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** Rules that cannot be used, with everything that is wrong about them. */
public final class RulesException extends Exception {

    private static final long serialVersionUID = 1L;

    private static final Comparator<Problem> BY_PLACE = Comparator.comparing(Problem::file)
            .thenComparingInt(Problem::line)
            .thenComparingInt(Problem::column)
            .thenComparing(Problem::where)
            .thenComparing(Problem::found);

    private final transient List<Problem> problems;

    public RulesException(List<Problem> problems) {
        List<Problem> sorted = problems.stream().sorted(BY_PLACE).distinct().toList();
        super(sorted.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = sorted;
    }

    /** Never empty; by file, line and column. */
    public List<Problem> problems() {
        return problems;
    }
}
