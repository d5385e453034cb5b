package dev.banyan.rules;

import java.util.List;
import java.util.stream.Collectors;

/** Rules that cannot be used, with everything that is wrong about them. */
public final class RulesException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    public RulesException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** Never empty; by file, line and column. */
    public List<Problem> problems() {
        return problems;
    }
}
