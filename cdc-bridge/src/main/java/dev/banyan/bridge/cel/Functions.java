package dev.banyan.bridge.cel;

import com.google.common.collect.ImmutableList;
import dev.cel.checker.CelStandardDeclarations;
import dev.cel.checker.CelStandardDeclarations.StandardFunction;
import dev.cel.checker.CelStandardDeclarations.StandardOverload;
import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.Operator;
import dev.cel.common.types.CelKind;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.OpaqueType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.TypeParamType;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelFunctionOverload;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** What a condition can call: CEL's own functions, as far as they are exact, and those of decimals and of sums. */
final class Functions {

    static final OpaqueType DECIMAL = OpaqueType.create("decimal");

    /** Kinds of values that no condition has: they are inexact, or nothing in a mapping becomes one. */
    private static final Set<CelKind> WITHOUT = EnumSet.of(CelKind.DOUBLE, CelKind.UINT, CelKind.BYTES, CelKind.DYN);

    /** What looks at texts and lists: our own counts it. */
    private static final Set<String> COUNTED = Set.of(
            "add_string",
            "size_string",
            "string_size",
            "starts_with_string",
            "ends_with_string",
            "less_string",
            "less_equals_string",
            "greater_string",
            "greater_equals_string",
            "equals",
            "not_equals",
            "in_list");

    static final CelStandardDeclarations STANDARD = CelStandardDeclarations.newBuilder()
            .filterFunctions(Functions::isKept)
            .filterIdentifiers(_ -> false)
            .build();

    static final List<CelFunctionDecl> DECLARATIONS;
    static final List<CelFunctionBinding> BINDINGS;

    static {
        var functions = new Functions();
        functions.operator(Operator.ADD, DECIMAL, Decimal::plus);
        functions.operator(Operator.SUBTRACT, DECIMAL, Decimal::minus);
        functions.operator(Operator.MULTIPLY, DECIMAL, Decimal::times);
        functions.operator(Operator.LESS, SimpleType.BOOL, (a, b) -> a.compareTo(b) < 0);
        functions.operator(Operator.LESS_EQUALS, SimpleType.BOOL, (a, b) -> a.compareTo(b) <= 0);
        functions.operator(Operator.GREATER, SimpleType.BOOL, (a, b) -> a.compareTo(b) > 0);
        functions.operator(Operator.GREATER_EQUALS, SimpleType.BOOL, (a, b) -> a.compareTo(b) >= 0);
        functions.declare(
                Operator.NEGATE.getFunction(), CelOverloadDecl.newGlobalOverload("negate_decimal", DECIMAL, DECIMAL));
        functions.bindings.add(CelFunctionBinding.from("negate_decimal", Decimal.class, Decimal::negated));
        functions.conversions();
        functions.sums();
        functions.texts();
        functions.equality();
        functions.declarations.addAll(Loops.DECLARATIONS);
        functions.bindings.addAll(Loops.BINDINGS);
        DECLARATIONS = List.copyOf(functions.declarations);
        BINDINGS = List.copyOf(functions.bindings);
    }

    private final List<CelFunctionDecl> declarations = new ArrayList<>();
    private final List<CelFunctionBinding> bindings = new ArrayList<>();

    private Functions() {}

    /*
     * No matches(): its pattern would be read again for each row. No time of day elsewhere than in UTC: the rules of zones change. No lists
     * put together: each step of a loop could make a long one. What is counted is our own, see texts() and equality().
     */
    private static boolean isKept(StandardFunction function, StandardOverload overload) {
        var declaration = overload.celOverloadDecl();
        var isOfZone = declaration.overloadId().endsWith("_with_tz");
        return function != StandardFunction.MATCHES
                && function != StandardFunction.CONTAINS
                && !declaration.overloadId().equals("add_list")
                && !COUNTED.contains(declaration.overloadId())
                && function != StandardFunction.TYPE
                && !isOfZone
                && Stream.concat(Stream.of(declaration.resultType()), declaration.parameterTypes().stream())
                        .noneMatch(type -> WITHOUT.contains(type.kind()));
    }

    /** {@code operator} of two decimals, or of a decimal and an integer. */
    private void operator(Operator operator, CelType result, CelFunctionOverload.Binary<Decimal, Decimal> of) {
        var name = operator.name().toLowerCase(Locale.ROOT);
        var decimals = name + "_decimal_decimal";
        var left = name + "_decimal_int";
        var right = name + "_int_decimal";
        declare(
                operator.getFunction(),
                CelOverloadDecl.newGlobalOverload(decimals, result, DECIMAL, DECIMAL),
                CelOverloadDecl.newGlobalOverload(left, result, DECIMAL, SimpleType.INT),
                CelOverloadDecl.newGlobalOverload(right, result, SimpleType.INT, DECIMAL));
        bindings.add(CelFunctionBinding.from(decimals, Decimal.class, Decimal.class, of));
        bindings.add(CelFunctionBinding.from(left, Decimal.class, Long.class, (a, b) -> of.apply(a, Decimal.of(b))));
        bindings.add(CelFunctionBinding.from(right, Long.class, Decimal.class, (a, b) -> of.apply(Decimal.of(a), b)));
    }

    private void conversions() {
        declare(
                "decimal",
                CelOverloadDecl.newGlobalOverload("decimal_string", DECIMAL, SimpleType.STRING),
                CelOverloadDecl.newGlobalOverload("decimal_int", DECIMAL, SimpleType.INT));
        bindings.add(CelFunctionBinding.from("decimal_string", String.class, Decimal::of));
        bindings.add(CelFunctionBinding.from("decimal_int", Long.class, Decimal::of));
    }

    private void sums() {
        declare(
                "sum",
                CelOverloadDecl.newMemberOverload("list_int_sum", SimpleType.INT, ListType.create(SimpleType.INT)),
                CelOverloadDecl.newMemberOverload("list_decimal_sum", DECIMAL, ListType.create(DECIMAL)));
        bindings.add(CelFunctionBinding.from("list_int_sum", List.class, list -> Sum.of(list, 0L)));
        bindings.add(CelFunctionBinding.from("list_decimal_sum", List.class, list -> Sum.of(list, Decimal.of(0))));
    }

    private void texts() {
        ofTexts("contains", "contains_counted", Counted::contains);
        ofTexts("startsWith", "starts_with_counted", Counted::startsWith);
        ofTexts("endsWith", "ends_with_counted", Counted::endsWith);
        compared(Operator.LESS, (a, b) -> Counted.compare(a, b) < 0);
        compared(Operator.LESS_EQUALS, (a, b) -> Counted.compare(a, b) <= 0);
        compared(Operator.GREATER, (a, b) -> Counted.compare(a, b) > 0);
        compared(Operator.GREATER_EQUALS, (a, b) -> Counted.compare(a, b) >= 0);
        declare(
                "size",
                CelOverloadDecl.newGlobalOverload("size_counted", SimpleType.INT, SimpleType.STRING),
                CelOverloadDecl.newMemberOverload("counted_size", SimpleType.INT, SimpleType.STRING));
        bindings.add(CelFunctionBinding.from("size_counted", String.class, Counted::size));
        bindings.add(CelFunctionBinding.from("counted_size", String.class, Counted::size));
        declare(
                Operator.ADD.getFunction(),
                CelOverloadDecl.newGlobalOverload(
                        "add_counted", SimpleType.STRING, SimpleType.STRING, SimpleType.STRING));
        bindings.add(CelFunctionBinding.from("add_counted", String.class, String.class, Counted::joined));
    }

    private void ofTexts(String function, String overload, CelFunctionOverload.Binary<String, String> of) {
        declare(
                function,
                CelOverloadDecl.newMemberOverload(overload, SimpleType.BOOL, SimpleType.STRING, SimpleType.STRING));
        bindings.add(CelFunctionBinding.from(overload, String.class, String.class, of));
    }

    private void compared(Operator operator, CelFunctionOverload.Binary<String, String> of) {
        var overload = operator.name().toLowerCase(Locale.ROOT) + "_counted";
        declare(
                operator.getFunction(),
                CelOverloadDecl.newGlobalOverload(overload, SimpleType.BOOL, SimpleType.STRING, SimpleType.STRING));
        bindings.add(CelFunctionBinding.from(overload, String.class, String.class, of));
    }

    private void equality() {
        var any = TypeParamType.create("A");
        declare(
                Operator.EQUALS.getFunction(),
                CelOverloadDecl.newGlobalOverload("equals_counted", SimpleType.BOOL, any, any));
        declare(
                Operator.NOT_EQUALS.getFunction(),
                CelOverloadDecl.newGlobalOverload("not_equals_counted", SimpleType.BOOL, any, any));
        declare(
                Operator.IN.getFunction(),
                CelOverloadDecl.newGlobalOverload("in_counted", SimpleType.BOOL, any, ListType.create(any)));
        bindings.add(CelFunctionBinding.from("equals_counted", Object.class, Object.class, Counted::same));
        bindings.add(CelFunctionBinding.from(
                "not_equals_counted", Object.class, Object.class, (a, b) -> !Counted.same(a, b)));
        bindings.add(CelFunctionBinding.from("in_counted", Object.class, List.class, Counted::isIn));
    }

    private void declare(String function, CelOverloadDecl... overloads) {
        declarations.add(CelFunctionDecl.newFunctionDeclaration(function, ImmutableList.copyOf(overloads)));
    }
}
