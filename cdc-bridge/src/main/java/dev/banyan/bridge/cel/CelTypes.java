package dev.banyan.bridge.cel;

import com.google.common.collect.ImmutableCollection;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.banyan.bridge.mapping.Conditions.Kind;
import dev.cel.common.types.CelType;
import dev.cel.common.types.CelTypeProvider;
import dev.cel.common.types.ListType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.StructType;
import dev.cel.common.types.StructTypeReference;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The types of all that one mapping's condition can name. */
final class CelTypes implements CelTypeProvider {

    private final ImmutableMap<String, CelType> typeByName;

    CelTypes(Kind.Thing variables) {
        var found = new HashMap<String, CelType>();
        collect(variables, found);
        typeByName = ImmutableMap.copyOf(found);
    }

    private static void collect(Kind kind, Map<String, CelType> found) {
        switch (kind) {
            case Kind.Plain _ -> {}
            case Kind.ListOf(var item) -> collect(item, found);
            case Kind.Thing(var name, var fields) -> {
                var types = new HashMap<String, CelType>();
                fields.forEach((field, type) -> types.put(field, of(type)));
                var typeByField = ImmutableMap.copyOf(types);
                found.put(
                        name,
                        StructType.create(
                                name, typeByField.keySet(), field -> Optional.ofNullable(typeByField.get(field))));
                fields.values().forEach(type -> collect(type, found));
            }
        }
    }

    /** What CEL calls {@code kind}. */
    static CelType of(Kind kind) {
        return switch (kind) {
            case Kind.Plain plain ->
                switch (plain) {
                    case TEXT -> SimpleType.STRING;
                    case WHOLE -> SimpleType.INT;
                    case TRUTH -> SimpleType.BOOL;
                    case DECIMAL -> Functions.DECIMAL;
                    case INSTANT -> SimpleType.TIMESTAMP;
                };
            case Kind.Thing(var name, var _) -> StructTypeReference.create(name);
            case Kind.ListOf(var item) -> ListType.create(of(item));
        };
    }

    @Override
    public ImmutableCollection<CelType> types() {
        return ImmutableList.copyOf(typeByName.values());
    }

    @Override
    public Optional<CelType> findType(String name) {
        return Optional.ofNullable(typeByName.get(name));
    }
}
