package dev.banyan.gateway.shift;

import dev.banyan.gateway.store.StoreUnavailable;
import dev.banyan.rules.gate.Evidence;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What gateways remember together about shifts. Every method may block for some seconds, and is one transaction. */
public interface ShiftStore {

    /** Begins to connect, if that has not been begun; returns at once. */
    void open();

    /** Whether that has been begun. */
    boolean isOpen();

    /** Whether this gateway leads, so that it may append and answer. */
    boolean leads();

    /** The newest state of every route that ever had one, by name. */
    Map<String, Head> heads() throws StoreUnavailable;

    /**
     * Appends an entry as the leader and answers the command that led to it. Fails, and keeps nothing, when the route's journal
     * does not end with the entry before this one.
     */
    void append(Entry entry, @Nullable Answer answer) throws StoreUnavailable;

    /** Answers a command that moved nothing, as the leader. */
    void answer(Answer answer) throws StoreUnavailable;

    /** Hands a command to the leader; the second time nothing happens. */
    void ask(Command command) throws StoreUnavailable;

    /** Commands without an answer, the oldest first. */
    List<Command> unanswered() throws StoreUnavailable;

    /** The answers to those of these commands that have one. */
    List<Answer> answers(Collection<UUID> commands) throws StoreUnavailable;

    /** Replaces what this gateway has seen in windows. */
    void publish(Map<WindowKey, Evidence> seen) throws StoreUnavailable;

    /** What all gateways together have seen in windows; those that nobody has seen anything in are left out. */
    Map<WindowKey, Evidence> sums(Collection<WindowKey> windows) throws StoreUnavailable;

    /** Forgets, as the leader, what was seen in windows other than these, and commands answered long ago. */
    void forgetAllBut(Collection<WindowKey> windows) throws StoreUnavailable;

    /** The last entry of a route; throws an exception of its own when that cannot be read. */
    Optional<Entry> last(String route) throws StoreUnavailable;

    /** The last entries of a route, the newest first; those that cannot be read are left out. */
    List<Entry> journal(String route, int limit) throws StoreUnavailable;
}
