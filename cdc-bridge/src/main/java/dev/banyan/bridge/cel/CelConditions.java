package dev.banyan.bridge.cel;

import dev.banyan.bridge.mapping.Conditions;
import dev.banyan.bridge.mapping.Conditions.Kind.Thing;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelValidationException;
import dev.cel.runtime.CelEvaluationException;

/** Conditions in CEL. Each is compiled once; asking it parses nothing. */
public final class CelConditions implements Conditions {

    @Override
    public Reading read(String expression, Thing variables) {
        try {
            var ast = CelEnvironment.compiler(variables).compile(expression).getAst();
            var mistakes = Refusals.of(ast);
            return mistakes.isEmpty() ? understood(ast, variables) : new Reading.Misread(mistakes);
        } catch (CelValidationException e) {
            return new Reading.Misread(e.getErrors().stream()
                    .map(issue -> Mistakes.of(issue, variables))
                    .toList());
        }
    }

    private static Reading understood(CelAbstractSyntaxTree ast, Thing variables) {
        try {
            return new Reading.Understood(CelCondition.of(ast, variables));
        } catch (CelEvaluationException e) {
            throw new IllegalStateException("an expression that is well typed cannot be planned", e);
        }
    }
}
