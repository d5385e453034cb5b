package dev.banyan.bridge.cel;

import com.google.common.collect.ImmutableList;
import com.google.errorprone.annotations.Immutable;
import dev.banyan.bridge.mapping.Conditions.Kind;
import dev.banyan.bridge.mapping.Conditions.Many;
import dev.banyan.bridge.mapping.Conditions.Values;
import dev.cel.common.types.CelType;
import dev.cel.common.types.StructTypeReference;
import dev.cel.common.values.StructValue;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A thing of a mapping, as CEL sees it. A value that is not there can only be asked about with {@code has()}; anything else is unknown. */
@Immutable
@SuppressWarnings("Immutable") // the values are those of a change that is over
final class CelThing extends StructValue<String, CelThing> {

    /** Thrown where a value is used that is not there. */
    static final class Absent extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private Absent() {
            super("a value that is not there", null, false, false);
        }
    }

    private final Kind.Thing kind;
    private final Values values;
    private final int bytes;

    /** Lists that were asked for before: a loop may ask at each step. Null until there is one. */
    private @Nullable Map<String, Object> lists;

    /** A thing that is in memory anyway. */
    CelThing(Kind.Thing kind, Values values) {
        this(kind, values, 0);
    }

    /** One that is in memory for as long as this is, and takes {@code bytes} there. */
    CelThing(Kind.Thing kind, Values values, int bytes) {
        this.kind = kind;
        this.values = values;
        this.bytes = bytes;
    }

    /** How much memory is free once nobody has it any more, roughly. */
    int bytes() {
        return bytes;
    }

    /** {@code value} of a field of {@code kind} as CEL has it. What is part of this keeps all of it. */
    private @Nullable Object seen(@Nullable Kind kind, @Nullable Object value) {
        return switch (value) {
            case Values inner when kind instanceof Kind.Thing thing -> new CelThing(thing, inner, bytes);
            case Many many when kind instanceof Kind.ListOf(var item) -> new AsItIs(new Things(many, item));
            case List<?> items
            when kind instanceof Kind.ListOf(var item) -> {
                Effort.spend(items.size());
                yield items.stream().map(each -> seen(item, each)).collect(ImmutableList.toImmutableList());
            }
            case BigDecimal number -> new Decimal(number);
            case String text -> {
                Effort.spendOn(text);
                yield text;
            }
            case null, default -> value;
        };
    }

    /** Itself: CEL hands on what it unwraps, and asks that for fields. */
    @Override
    public CelThing value() {
        return this;
    }

    @Override
    public boolean isZeroValue() {
        return false;
    }

    @Override
    public CelType celType() {
        return StructTypeReference.create(kind.name());
    }

    @Override
    public Object select(String field) {
        return find(field).orElseThrow(Absent::new);
    }

    @Override
    public Optional<Object> find(String field) {
        Effort.spend(1);
        var type = kind.fields().get(field);
        return Optional.ofNullable(type instanceof Kind.ListOf ? list(type, field) : seen(type, values.get(field)));
    }

    private @Nullable Object list(Kind type, String field) {
        if (lists == null) {
            lists = new HashMap<>(4);
        }
        return lists.computeIfAbsent(field, name -> seen(type, values.get(name)));
    }

    /** Things of one kind are equal when all their fields are; two values that are not there are the same. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof CelThing thing
                && kind.equals(thing.kind)
                && kind.fields().keySet().stream().allMatch(field -> find(field).equals(thing.find(field)));
    }

    @Override
    public int hashCode() {
        return kind.fields().keySet().stream()
                .mapToInt(field -> find(field).hashCode())
                .sum();
    }
}
