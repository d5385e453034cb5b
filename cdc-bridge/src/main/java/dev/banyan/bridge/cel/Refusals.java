package dev.banyan.bridge.cel;

import dev.banyan.bridge.mapping.Conditions.Mistake;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelSourceLocation;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.CelCall;
import dev.cel.common.navigation.CelNavigableAst;
import dev.cel.common.types.CelKind;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds what is well typed and yet has no place here: inexact numbers, null, values without a kind, and texts that are no such value. */
record Refusals(CelAbstractSyntaxTree ast) {

    static List<Mistake> of(CelAbstractSyntaxTree ast) {
        var refusals = new Refusals(ast);
        return CelNavigableAst.fromAst(ast)
                .getRoot()
                .allNodes()
                .flatMap(node -> refusals.of(node.expr()))
                .toList();
    }

    private Stream<Mistake> of(CelExpr expr) {
        return switch (expr.getKind()) {
            case CONSTANT -> ofConstant(expr);
            case CALL -> ofCall(expr, expr.call());
            case LIST -> isMixed(expr) ? mistake(expr, "items of different kinds", "a list of one kind") : Stream.of();
            case MAP, STRUCT -> mistake(expr, "an object", "fields of before and after, and lists");
            case NOT_SET, IDENT, SELECT, COMPREHENSION -> Stream.of();
        };
    }

    private Stream<Mistake> ofConstant(CelExpr expr) {
        return switch (expr.constant().getKind()) {
            case DOUBLE_VALUE -> mistake(expr, "a number that is not exact", "decimal(\"12.90\")");
            case NULL_VALUE -> mistake(expr, "null", "has(...), or !has(...)");
            case UINT64_VALUE, BYTES_VALUE -> mistake(expr, "a value of a kind that no field has", "an int or a text");
            default -> Stream.of();
        };
    }

    private boolean isMixed(CelExpr list) {
        return ast.getType(list.id()).stream()
                .flatMap(type -> type.parameters().stream())
                .anyMatch(item -> item.kind() == CelKind.DYN);
    }

    private Stream<Mistake> ofCall(CelExpr expr, CelCall call) {
        return constantText(call).stream().flatMap(text -> switch (call.function()) {
            case "decimal" ->
                Decimal.isDecimal(text)
                        ? Stream.of()
                        : mistake(expr, "'" + text + "'", "a number such as decimal(\"-12.90\")");
            case "timestamp" ->
                isInstant(text)
                        ? Stream.of()
                        : mistake(expr, "'" + text + "'", "an instant such as 2026-01-31T12:00:00Z");
            case "duration" ->
                text.matches("-?([0-9]{1,9}(\\.[0-9]{1,9})?(h|m|s|ms))+")
                        ? Stream.of()
                        : mistake(expr, "'" + text + "'", "hours, minutes and seconds such as 1h30m or 10s");
            default -> Stream.of();
        });
    }

    private static Optional<String> constantText(CelCall call) {
        return call.args().stream()
                .limit(1)
                .filter(argument -> argument.getKind() == CelExpr.ExprKind.Kind.CONSTANT)
                .map(CelExpr::constant)
                .filter(constant -> constant.getKind() == CelConstant.Kind.STRING_VALUE)
                .map(CelConstant::stringValue)
                .findFirst();
    }

    private static boolean isInstant(String text) {
        try {
            return Instant.parse(text).isAfter(Instant.MIN);
        } catch (DateTimeException e) {
            return false;
        }
    }

    private Stream<Mistake> mistake(CelExpr expr, String found, String expected) {
        var offset = ast.getSource().getPositionsMap().getOrDefault(expr.id(), 0);
        var location = ast.getSource().getOffsetLocation(offset).orElse(CelSourceLocation.of(1, 0));
        return Stream.of(new Mistake(location.getLine(), location.getColumn() + 1, found, expected));
    }
}
