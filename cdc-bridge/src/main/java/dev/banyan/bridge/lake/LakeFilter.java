package dev.banyan.bridge.lake;

import dev.banyan.bridge.change.DomainEvent;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which events are meant: committed at {@code from} or later and before {@code to}; of a type that is {@code type} or ends in or holds
 * it as a whole word ({@code OrderPaid} for {@code shop.orders.OrderPaid.v1}); of the subject {@code subject}, or where that ends in
 * {@code *} of those that begin so. What is null lets everything pass.
 */
public record LakeFilter(
        @Nullable Instant from,
        @Nullable Instant to,
        @Nullable String type,
        @Nullable String subject) {

    public static final LakeFilter ALL = new LakeFilter(null, null, null, null);

    public boolean matches(DomainEvent event) {
        return (from == null || !event.time().isBefore(from))
                && (to == null || event.time().isBefore(to))
                && matchesType(event.type())
                && matchesSubject(event.subject());
    }

    /** False when no event of {@code file} can match, so that it need not be read. */
    boolean mayMatch(Manifest.DataFile file) {
        return matchesType(file.type())
                && (to == null || Instant.parse(file.from()).isBefore(to))
                && (from == null || !Instant.parse(file.to()).isBefore(from));
    }

    private boolean matchesType(String found) {
        return type == null || found.equals(type) || ("." + found + ".").contains("." + type + ".");
    }

    private boolean matchesSubject(String found) {
        if (subject == null) {
            return true;
        }
        return subject.endsWith("*")
                ? found.startsWith(subject.substring(0, subject.length() - 1))
                : found.equals(subject);
    }
}
