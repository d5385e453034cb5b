package dev.banyan.bridge.cel;

import dev.banyan.bridge.mapping.Conditions.Answer;
import dev.banyan.bridge.mapping.Conditions.Condition;
import dev.banyan.bridge.mapping.Conditions.Kind;
import dev.banyan.bridge.mapping.Conditions.Many;
import dev.banyan.bridge.mapping.Conditions.NoAnswer;
import dev.banyan.bridge.mapping.Conditions.Values;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelErrorCode;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.Program;

/** A compiled expression. What CEL says of a failure may have values in it, so only its kind is told. */
record CelCondition(CelAbstractSyntaxTree ast, Kind.Thing kind, Program program, int stepsMax) implements Condition {

    /*
     * One that is about many things may go through all of them some times, however many there are. How many steps it has hangs on their number
     * alone, and never on where they lie.
     */
    private static final int STEPS_EACH = 50;

    private static final int THINGS_MIN = 20_000;

    static CelCondition of(CelAbstractSyntaxTree ast, Kind.Thing kind) throws CelEvaluationException {
        var isAboutMany = kind.fields().values().stream().anyMatch(Kind.ListOf.class::isInstance);
        return with(ast, kind, isAboutMany ? STEPS_EACH * THINGS_MIN : CelEnvironment.STEPS_MAX);
    }

    private static CelCondition with(CelAbstractSyntaxTree ast, Kind.Thing kind, int stepsMax)
            throws CelEvaluationException {
        var program = CelEnvironment.runtime(stepsMax).createProgram(ast);
        return new CelCondition(ast, kind, program, stepsMax);
    }

    @Override
    public Answer about(Values variables) throws NoAnswer {
        var things = things(variables);
        Effort.begin(things);
        try {
            var condition = things <= THINGS_MIN ? this : with(ast, kind, steps(things));
            var answer = condition.evaluated(variables);
            Effort.throwBroken();
            return answer;
        } catch (CelEvaluationException e) {
            throw new IllegalStateException("an expression that was planned before cannot be planned", e);
        } finally {
            Effort.end();
        }
    }

    private int things(Values variables) {
        var count = 0;
        for (var name : kind.fields().keySet()) {
            if (kind.fields().get(name) instanceof Kind.ListOf && variables.get(name) instanceof Many many) {
                count += many.size();
            }
        }
        return count;
    }

    private static int steps(int things) {
        return (int) Math.min(Integer.MAX_VALUE, (long) STEPS_EACH * things);
    }

    private Answer evaluated(Values variables) throws NoAnswer {
        try {
            var result = program.eval(new CelThing(kind, variables)::find);
            return Boolean.TRUE.equals(result) ? Answer.YES : Answer.NO;
        } catch (CelEvaluationException e) {
            Effort.throwBroken();
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                switch (cause) {
                    case CelThing.Absent _ -> {
                        return Answer.UNKNOWN;
                    }
                    case Failure failure -> throw noAnswer(failure);
                    default -> {}
                }
            }
            throw noAnswer(e.getErrorCode());
        } catch (Spent spent) {
            Effort.throwBroken();
            throw noAnswer(spent.why());
        } catch (Failure failure) { // while a variable was looked up, which CEL does not wrap
            throw noAnswer(failure);
        }
    }

    private static NoAnswer noAnswer(Failure failure) {
        return new NoAnswer(failure.found(), failure.expected());
    }

    private NoAnswer noAnswer(CelErrorCode code) {
        return switch (code) {
            case DIVIDE_BY_ZERO ->
                new NoAnswer("a division by 0", "a divisor that is asked first, such as x != 0 && ...");
            case NUMERIC_OVERFLOW -> new NoAnswer("a number that 64 bits cannot hold", "smaller ones, or decimal(...)");
            case INDEX_OUT_OF_BOUNDS -> new NoAnswer("an item beyond the end of a list", "size() asked first");
            case BAD_FORMAT -> new NoAnswer("a text that is no such value", "a field that always holds one");
            case ITERATION_BUDGET_EXCEEDED ->
                new NoAnswer("more than " + stepsMax + " steps", "no loop within a loop over long lists");
            default -> new NoAnswer("no result (" + code + ")", "an expression that has one for every row");
        };
    }
}
