package dev.banyan.gateway.compare;

import dev.banyan.gateway.compare.Comparison.Differs;
import java.util.HashSet;
import java.util.Set;

/** Whether a difference lasts: data may have changed between asking one side and asking the other. */
public enum Standing {
    /** Nobody asked again. */
    UNCHECKED,
    /** It was there again when both were asked again. */
    CONFIRMED,
    /** It was gone when both were asked again. */
    TRANSIENT;

    /**
     * Returns the differences of {@code first} that {@code again} has too, at the same path and of the same kind. With more
     * differences than are listed, nothing that is listed only once is taken for gone.
     */
    public static Set<Difference.Key> confirmed(Differs first, Comparison again) {
        var confirmed = new HashSet<Difference.Key>();
        if (again instanceof Differs second) {
            Set<Difference.Key> still = new HashSet<>();
            second.differences().forEach(each -> still.add(each.key()));
            first.differences().stream()
                    .map(Difference::key)
                    .filter(key -> second.more() > 0 || still.contains(key))
                    .forEach(confirmed::add);
        }
        return confirmed;
    }
}
