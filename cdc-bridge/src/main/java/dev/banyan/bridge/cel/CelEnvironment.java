package dev.banyan.bridge.cel;

import dev.banyan.bridge.mapping.Conditions.Kind.Thing;
import dev.cel.common.CelOptions;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelParserFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/** CEL as mappings have it: what can be written and what evaluates it. A mapping without expressions never loads this class. */
final class CelEnvironment {

    /** Steps of all loops of one evaluation that is about one change. */
    static final int STEPS_MAX = 10_000;

    static final CelOptions OPTIONS = CelOptions.current()
            .maxExpressionCodePointSize(2_000)
            .maxParseRecursionDepth(50)
            .comprehensionMaxIterations(STEPS_MAX)
            .enableHeterogeneousNumericComparisons(true)
            .build();

    static {
        loadParser();
    }

    private CelEnvironment() {}

    /** What evaluates conditions, whose loops have so many steps at most. */
    static CelRuntime runtime(int stepsMax) {
        return CelRuntimeFactory.plannerRuntimeBuilder()
                .setOptions(
                        OPTIONS.toBuilder().comprehensionMaxIterations(stepsMax).build())
                .addFunctionBindings(Functions.BINDINGS)
                .build();
    }

    /** A compiler of conditions about {@code variables}. */
    static CelCompiler compiler(Thing variables) {
        var builder = CelCompilerFactory.standardCelCompilerBuilder()
                .setOptions(OPTIONS)
                .setStandardMacros(
                        CelStandardMacro.HAS,
                        CelStandardMacro.ALL,
                        CelStandardMacro.EXISTS,
                        CelStandardMacro.EXISTS_ONE)
                .addMacros(Loops.MACROS)
                .setStandardEnvironmentEnabled(false)
                .setStandardDeclarations(Functions.STANDARD)
                .addFunctionDeclarations(Functions.DECLARATIONS)
                .setTypeProvider(new CelTypes(variables))
                .setResultType(SimpleType.BOOL);
        variables.fields().forEach((name, kind) -> builder.addVar(name, CelTypes.of(kind)));
        return builder.build();
    }

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
}
