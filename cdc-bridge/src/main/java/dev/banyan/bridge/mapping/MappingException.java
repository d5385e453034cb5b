package dev.banyan.bridge.mapping;

import dev.banyan.bridge.yaml.Problem;
import java.util.List;
import java.util.stream.Collectors;

/** A mapping file that cannot be used, with everything that is wrong with it. */
public final class MappingException extends Exception {

    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial") // never serialized: it is printed where it is caught
    private final List<Problem> problems;

    public MappingException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** All problems, in the order of the file. */
    public List<Problem> problems() {
        return problems;
    }
}
