package dev.banyan.bridge.cel;

import com.google.errorprone.annotations.Immutable;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.values.CelValue;
import java.util.List;

/** A list that CEL takes as it is. Any other is gone through, and may be copied, whenever somebody names it. */
@Immutable
@SuppressWarnings("Immutable") // its items are those of a change that is over
final class AsItIs extends CelValue {

    private final List<Object> list;

    AsItIs(List<Object> list) {
        this.list = list;
    }

    /** The list itself: what CEL unwraps it does not look into. */
    @Override
    public List<Object> value() {
        return list;
    }

    @Override
    public boolean isZeroValue() {
        return list.isEmpty();
    }

    @Override
    public CelType celType() {
        return ListType.create();
    }
}
