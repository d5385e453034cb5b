package dev.banyan.gateway.shift;

import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Records as text that stays the same when their types get keys that are not set: what is null, {@code false}, 0 or empty is left
 * out, and the rest stands beside its name. Records of one type that differ have texts that differ.
 */
final class CanonicalText {

    private record Component(String name, boolean isPrimitive, Method accessor) {

        static Component of(RecordComponent component) {
            var accessor = component.getAccessor();
            accessor.setAccessible(true); // a public part of a type that is not
            return new Component(component.getName(), component.getType().isPrimitive(), accessor);
        }
    }

    /** Asked for once a type: 100,000 routes are some millions of records. */
    private static final ClassValue<List<Component>> COMPONENTS = new ClassValue<>() {
        @Override
        protected List<Component> computeValue(Class<?> type) {
            return Arrays.stream(type.getRecordComponents()).map(Component::of).toList();
        }
    };

    private CanonicalText() {}

    static String of(@Nullable Object value) {
        return switch (value) {
            case null -> "-";
            case Record whole -> record(whole);
            case Map<?, ?> map -> sorted(map.entrySet());
            case Map.Entry<?, ?> entry -> of(entry.getKey()) + "=" + of(entry.getValue());
            case Set<?> set -> sorted(set);
            case Collection<?> all -> listed(all).toString();
            case String text -> '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
            default -> value.toString();
        };
    }

    private static String record(Record whole) {
        List<String> parts = new ArrayList<>();
        for (Component component : COMPONENTS.get(whole.getClass())) {
            Object part = part(whole, component);
            if (!isUnset(part, component.isPrimitive)) {
                parts.add(component.name + "=" + of(part));
            }
        }
        return whole.getClass().getSimpleName() + parts;
    }

    private static @Nullable Object part(Record whole, Component component) {
        try {
            return component.accessor.invoke(whole);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(component + ": cannot be read", e);
        }
    }

    /** A number that may be missing is not unset when it is 0. */
    private static boolean isUnset(@Nullable Object part, boolean primitive) {
        return switch (part) {
            case null -> true;
            case Boolean is -> primitive && !is;
            case Number number -> primitive && number.doubleValue() == 0;
            case Collection<?> all -> all.isEmpty();
            case Map<?, ?> map -> map.isEmpty();
            default -> false;
        };
    }

    private static List<String> listed(Collection<?> all) {
        return all.stream().map(CanonicalText::of).toList();
    }

    private static String sorted(Set<?> all) {
        return listed(all).stream().sorted().toList().toString();
    }
}
