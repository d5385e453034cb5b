package dev.banyan.bridge.cel;

import com.google.common.collect.ImmutableList;
import com.google.errorprone.annotations.Immutable;
import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.Operator;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.types.ListType;
import dev.cel.common.types.OpaqueType;
import dev.cel.common.types.TypeParamType;
import dev.cel.parser.CelMacro;
import dev.cel.parser.CelMacroExprFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelFunctionBinding;
import java.util.List;
import java.util.Optional;

/** CEL's {@code map} and {@code filter}, whose own copy the list that they make at each step. */
final class Loops {

    /*
     * A loop of CEL goes on with what its step returns. Here that is one thing that each step adds to; nobody else can name it, because
     * no expression can be written with an @.
     */

    private static final String NOTHING = "@nothing";
    private static final String ADDED = "@added";
    private static final String LISTED = "@listed";
    private static final TypeParamType ITEM = TypeParamType.create("T");
    private static final OpaqueType GATHERED = OpaqueType.create("gathered", ITEM);

    static final ImmutableList<CelMacro> MACROS = ImmutableList.of(
            macro(CelStandardMacro.MAP, (factory, words) -> added(factory, words.get(1))),
            macro(CelStandardMacro.MAP_FILTER, (factory, words) -> addedIf(factory, words.get(1), words.get(2))),
            macro(
                    CelStandardMacro.FILTER,
                    (factory, words) -> addedIf(factory, words.get(1), factory.newIdentifier(name(words)))));

    static final List<CelFunctionDecl> DECLARATIONS = List.of(
            CelFunctionDecl.newFunctionDeclaration(
                    NOTHING, CelOverloadDecl.newGlobalOverload("gathered_nothing", GATHERED)),
            CelFunctionDecl.newFunctionDeclaration(
                    ADDED, CelOverloadDecl.newGlobalOverload("gathered_added", GATHERED, GATHERED, ITEM)),
            CelFunctionDecl.newFunctionDeclaration(
                    LISTED, CelOverloadDecl.newGlobalOverload("gathered_listed", ListType.create(ITEM), GATHERED)));

    static final List<CelFunctionBinding> BINDINGS = List.of(
            CelFunctionBinding.from("gathered_nothing", ImmutableList.of(), _ -> new Gathered()),
            CelFunctionBinding.from("gathered_added", Gathered.class, Object.class, Gathered::with),
            CelFunctionBinding.from("gathered_listed", Gathered.class, Gathered::list));

    private Loops() {}

    /** What one step of a loop does, made of the words that it is written with. */
    @Immutable
    @FunctionalInterface
    private interface Step {
        CelExpr of(CelMacroExprFactory factory, ImmutableList<CelExpr> words);
    }

    /** A loop that is written as {@code standard} is; CEL's own says what is wrong when its items have no name. */
    private static CelMacro macro(CelStandardMacro standard, Step step) {
        var definition = standard.getDefinition();
        return CelMacro.newReceiverMacro(
                definition.getFunction(),
                definition.getArgumentCount(),
                (factory, list, words) -> isNamed(words)
                        ? Optional.of(fold(factory, list, name(words), step.of(factory, words)))
                        : standard.getDefinition().getExpander().expandMacro(factory, list, words));
    }

    private static boolean isNamed(ImmutableList<CelExpr> words) {
        return words.getFirst().getKind() == CelExpr.ExprKind.Kind.IDENT
                && name(words).matches("(?!__)[A-Za-z_][A-Za-z0-9_]*");
    }

    private static String name(ImmutableList<CelExpr> words) {
        return words.getFirst().ident().name();
    }

    private static CelExpr added(CelMacroExprFactory factory, CelExpr item) {
        return factory.newGlobalCall(ADDED, sofar(factory), item);
    }

    private static CelExpr addedIf(CelMacroExprFactory factory, CelExpr condition, CelExpr item) {
        return factory.newGlobalCall(
                Operator.CONDITIONAL.getFunction(), condition, added(factory, item), sofar(factory));
    }

    private static CelExpr sofar(CelMacroExprFactory factory) {
        return factory.newIdentifier(factory.getAccumulatorVarName());
    }

    private static CelExpr fold(CelMacroExprFactory factory, CelExpr list, String name, CelExpr step) {
        return factory.fold(
                name,
                list,
                factory.getAccumulatorVarName(),
                factory.newGlobalCall(NOTHING),
                factory.newBoolLiteral(true),
                step,
                factory.newGlobalCall(LISTED, sofar(factory)));
    }
}
