package dev.banyan.bridge.cel;

import dev.banyan.bridge.mapping.Conditions;
import dev.banyan.bridge.mapping.Conditions.Kind.Thing;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelParserFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/** Conditions in CEL. Each is compiled once; asking it parses nothing. */
public final class CelConditions implements Conditions {

    /** Steps of all loops of one evaluation; a list of an aggregate has as many items as it has rows. */
    static final int STEPS_MAX = 100_000;

    private static final CelOptions OPTIONS = CelOptions.current()
            .maxExpressionCodePointSize(2_000)
            .maxParseRecursionDepth(50)
            .comprehensionMaxIterations(STEPS_MAX)
            .enableHeterogeneousNumericComparisons(true)
            .build();

    static {
        loadParser();
    }

    private final CelRuntime runtime = CelRuntimeFactory.plannerRuntimeBuilder()
            .setOptions(OPTIONS)
            .addFunctionBindings(Functions.BINDINGS)
            .build();

    /*
     * CEL's parser was generated for ANTLR 4.13 and runs on Debezium's 4.10, which reads the same tables. When it is loaded, ANTLR tells
     * the difference on standard error, past any logging.
     */
    private static void loadParser() {
        var err = System.err;
        System.setErr(new PrintStream(err, true) {
            @Override
            @SuppressWarnings("AnnotateFormatMethod") // the JDK has not annotated what this overrides
            public PrintStream printf(String format, @Nullable Object... values) {
                return format.startsWith("ANTLR ") ? this : super.printf(format, values);
            }
        });
        try {
            CelParserFactory.standardCelParserBuilder().build().parse("true");
        } finally {
            System.setErr(err);
        }
    }

    @Override
    public Reading read(String expression, Thing variables) {

        try {
            var ast = compiler(variables).compile(expression).getAst();
            var mistakes = Exactness.mistakes(ast);
            return mistakes.isEmpty() ? understood(ast, variables) : new Reading.Misread(mistakes);
        } catch (CelValidationException e) {
            return new Reading.Misread(e.getErrors().stream()
                    .map(issue -> Mistakes.of(issue, variables))
                    .toList());
        }
    }

    private static CelCompiler compiler(Thing variables) {
        var builder = CelCompilerFactory.standardCelCompilerBuilder()
                .setOptions(OPTIONS)
                .setStandardMacros(
                        CelStandardMacro.HAS,
                        CelStandardMacro.ALL,
                        CelStandardMacro.EXISTS,
                        CelStandardMacro.EXISTS_ONE,
                        CelStandardMacro.MAP,
                        CelStandardMacro.MAP_FILTER,
                        CelStandardMacro.FILTER)
                .setStandardEnvironmentEnabled(false)
                .setStandardDeclarations(Functions.STANDARD)
                .addFunctionDeclarations(Functions.DECLARATIONS)
                .setTypeProvider(new CelTypes(variables))
                .setResultType(SimpleType.BOOL);
        variables.fields().forEach((name, kind) -> builder.addVar(name, CelTypes.of(kind)));
        return builder.build();
    }

    private Reading understood(CelAbstractSyntaxTree ast, Thing variables) {
        try {
            return new Reading.Understood(new CelCondition(runtime.createProgram(ast), variables));
        } catch (CelEvaluationException e) {
            throw new IllegalStateException("an expression that is well typed cannot be planned", e);
        }
    }
}
