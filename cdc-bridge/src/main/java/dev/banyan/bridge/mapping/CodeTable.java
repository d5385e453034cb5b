package dev.banyan.bridge.mapping;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the codes of a legacy column mean, in words. Codes are compared without the blanks that pad a CHAR column. */
public record CodeTable(String name, Map<String, String> wordByCode) {

    public CodeTable {
        wordByCode = Map.copyOf(new TreeMap<>(wordByCode));
    }

    @Nullable
    String word(String code) {
        return wordByCode.get(code);
    }
}
