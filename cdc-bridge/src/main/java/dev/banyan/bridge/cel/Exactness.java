package dev.banyan.bridge.cel;

import dev.banyan.bridge.mapping.Conditions.Mistake;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelSourceLocation;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.common.navigation.CelNavigableAst;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Finds what is well typed and would still be wrong for every row: inexact numbers, null, and texts that are no such value. */
final class Exactness {

    private Exactness() {}

    static List<Mistake> mistakes(CelAbstractSyntaxTree ast) {
        return CelNavigableAst.fromAst(ast)
                .getRoot()
                .allNodes()
                .map(node -> node.expr())
                .flatMap(expr -> mistake(expr, ast).stream())
                .toList();
    }

    private static Optional<Mistake> mistake(CelExpr expr, CelAbstractSyntaxTree ast) {
        if (expr.getKind() == Kind.CONSTANT) {
            return switch (expr.constant().getKind()) {
                case DOUBLE_VALUE -> Optional.of(at(expr, ast, "a number that is not exact", "decimal(\"12.90\")"));
                case NULL_VALUE -> Optional.of(at(expr, ast, "null", "has(...), or !has(...)"));
                default -> Optional.empty();
            };
        }
        if (expr.getKind() == Kind.CALL
                && expr.call().args().size() == 1
                && expr.call().args().getFirst().getKind() == Kind.CONSTANT
                && expr.call().args().getFirst().constant().getKind() == CelConstant.Kind.STRING_VALUE) {
            var text = expr.call().args().getFirst().constant().stringValue();
            return switch (expr.call().function()) {
                case "decimal" ->
                    Decimal.isDecimal(text)
                            ? Optional.empty()
                            : Optional.of(at(expr, ast, "'" + text + "'", "a number such as decimal(\"-12.90\")"));
                case "timestamp" ->
                    isInstant(text)
                            ? Optional.empty()
                            : Optional.of(at(expr, ast, "'" + text + "'", "an instant such as 2026-01-31T12:00:00Z"));
                default -> Optional.empty();
            };
        }
        return Optional.empty();
    }

    private static boolean isInstant(String text) {
        try {
            return Instant.parse(text).isAfter(Instant.MIN);
        } catch (DateTimeException e) {
            return false;
        }
    }

    private static Mistake at(CelExpr expr, CelAbstractSyntaxTree ast, String found, String expected) {
        var offset = ast.getSource().getPositionsMap().getOrDefault(expr.id(), 0);
        var location = ast.getSource().getOffsetLocation(offset).orElse(CelSourceLocation.of(1, 0));
        return new Mistake(location.getLine(), location.getColumn() + 1, found, expected);
    }
}
