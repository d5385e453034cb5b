package dev.banyan.bridge.cel;

import dev.banyan.bridge.mapping.Conditions.Answer;
import dev.banyan.bridge.mapping.Conditions.Condition;
import dev.banyan.bridge.mapping.Conditions.Kind;
import dev.banyan.bridge.mapping.Conditions.NoAnswer;
import dev.banyan.bridge.mapping.Conditions.Values;
import dev.cel.common.CelErrorCode;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.Program;

/** A compiled expression. What CEL says of a failure may have values in it, so only its kind is told. */
record CelCondition(Program program, Kind.Thing kind) implements Condition {

    @Override
    public Answer about(Values variables) throws NoAnswer {
        Effort.begin();
        try {
            var result = program.eval(new CelThing(kind, variables)::find);
            return Boolean.TRUE.equals(result) ? Answer.YES : Answer.NO;
        } catch (CelEvaluationException e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof CelThing.Absent) {
                    return Answer.UNKNOWN;
                }
                if (cause instanceof Failure failure) {
                    throw noAnswer(failure);
                }
            }
            throw noAnswer(e.getErrorCode());
        } catch (Failure failure) { // while a variable was looked up, which CEL does not wrap
            throw noAnswer(failure);
        } finally {
            Effort.end();
        }
    }

    private static NoAnswer noAnswer(Failure failure) {
        return new NoAnswer(failure.found(), failure.expected());
    }

    private static NoAnswer noAnswer(CelErrorCode code) {
        return switch (code) {
            case DIVIDE_BY_ZERO ->
                new NoAnswer("a division by 0", "a divisor that is asked first, such as x != 0 && ...");
            case NUMERIC_OVERFLOW -> new NoAnswer("a number that 64 bits cannot hold", "smaller ones, or decimal(...)");
            case INDEX_OUT_OF_BOUNDS -> new NoAnswer("an item beyond the end of a list", "size() asked first");
            case BAD_FORMAT -> new NoAnswer("a text that is no such value", "a field that always holds one");
            case ITERATION_BUDGET_EXCEEDED ->
                new NoAnswer(
                        "more than " + CelEnvironment.STEPS_MAX + " steps", "no loop within a loop over long lists");
            default -> new NoAnswer("no result (" + code + ")", "an expression that has one for every row");
        };
    }
}
