package dev.banyan.bridge.change;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The names of columns, in order, which many rows share, so that each of these holds its values and nothing else. */
public final class Columns {

    /** No database takes it in a name. */
    private static final String SEPARATOR = "\0";

    private final List<String> names;
    private final byte[] bytes;
    private final Map<String, Integer> places = new HashMap<>();

    /** Columns called {@code names}, of which no two are the same. */
    public Columns(Collection<String> names) {
        this.names = List.copyOf(names);
        this.bytes = String.join(SEPARATOR, names).getBytes(StandardCharsets.UTF_8);
        this.names.forEach(name -> places.put(name, places.size()));
        if (places.size() != this.names.size()) {
            throw new IllegalArgumentException("columns: " + names + " (expected: each once)");
        }
    }

    public List<String> names() {
        return names;
    }

    /** The row with {@code values}, one for each column; from now on they belong to it. */
    public Row row(@Nullable Object[] values) {
        if (values.length != names.size()) {
            throw new IllegalArgumentException("values: " + values.length + " (expected: " + names.size() + ")");
        }
        return new Row(new Values(values));
    }

    /** The columns whose names {@link #bytes} once made {@code names} of. */
    public static Columns of(ByteBuffer names) {
        var text = StandardCharsets.UTF_8.decode(names).toString();
        return new Columns(text.isEmpty() ? List.of() : List.of(text.split(SEPARATOR, -1)));
    }

    /** Their names, for who stores rows; not to be changed. */
    public byte[] bytes() {
        return bytes;
    }

    static Values copied(Map<String, @Nullable Object> values) {
        return new Columns(values.keySet()).new Values(values.values().toArray());
    }

    /** A row's values by name; nobody can change them. */
    final class Values extends AbstractMap<String, @Nullable Object> {

        private final @Nullable Object[] values;

        private Values(@Nullable Object[] values) {
            this.values = values;
        }

        Columns columns() {
            return Columns.this;
        }

        @Nullable
        Object at(int place) {
            return values[place];
        }

        @Override
        public @Nullable Object get(@Nullable Object name) {
            var place = places.get(name);
            return place == null ? null : values[place];
        }

        @Override
        public boolean containsKey(@Nullable Object name) {
            return places.containsKey(name);
        }

        @Override
        public int size() {
            return values.length;
        }

        @Override
        public Set<Entry<String, @Nullable Object>> entrySet() {
            return new AbstractSet<>() {
                @Override
                public Iterator<Entry<String, @Nullable Object>> iterator() {
                    return IntStream.range(0, values.length)
                            .<Entry<String, @Nullable Object>>mapToObj(
                                    place -> new SimpleImmutableEntry<>(names.get(place), values[place]))
                            .iterator();
                }

                @Override
                public int size() {
                    return values.length;
                }
            };
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return (other instanceof Values row && row.columns() == columns())
                    ? Arrays.equals(values, row.values)
                    : super.equals(other);
        }

        @Override
        public int hashCode() {
            return super.hashCode();
        }
    }
}
