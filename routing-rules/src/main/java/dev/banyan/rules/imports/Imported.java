package dev.banyan.rules.imports;

import java.util.List;

/**
 * Rules that were made of a source; they are valid.
 *
 * @param form what the source was taken for
 * @param text one rule file
 * @param routes how many routes it has
 * @param notCarriedOver by place; the same stands in {@code text} as comments
 */
public record Imported(ImportForm form, String text, int routes, List<NotCarriedOver> notCarriedOver) {
    public Imported {
        notCarriedOver = List.copyOf(notCarriedOver);
    }
}
