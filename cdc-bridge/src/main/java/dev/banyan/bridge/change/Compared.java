package dev.banyan.bridge.change;

import java.util.List;

/** A row that was read, beside the one that is remembered under its {@code key}, if there is one: the columns in which they differ. */
public record Compared(List<?> key, boolean isRemembered, List<String> differing) {

    public Compared {
        key = List.copyOf(key);
        differing = List.copyOf(differing);
    }

    /** True when the row is remembered as it was read. */
    public boolean isAlike() {
        return isRemembered && differing.isEmpty();
    }
}
