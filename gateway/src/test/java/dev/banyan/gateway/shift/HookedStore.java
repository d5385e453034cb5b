package dev.banyan.gateway.shift;

import dev.banyan.gateway.store.StoreUnavailable;
import dev.banyan.rules.gate.Evidence;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A store of shifts with something around each entry of the journal. */
record HookedStore(ShiftStore real, Hook hook) implements ShiftStore {

    /** What happens around an entry. */
    interface Hook {
        void around(Entry entry, Append append) throws StoreUnavailable;
    }

    /** Keeps the entry. */
    interface Append {
        void run() throws StoreUnavailable;
    }

    @Override
    public void open() {
        real.open();
    }

    @Override
    public boolean isOpen() {
        return real.isOpen();
    }

    @Override
    public boolean leads() {
        return real.leads();
    }

    @Override
    public Map<String, Head> heads() throws StoreUnavailable {
        return real.heads();
    }

    @Override
    public void append(Entry entry, @Nullable Answer answer) throws StoreUnavailable {
        hook.around(entry, () -> real.append(entry, answer));
    }

    @Override
    public void answer(Answer answer) throws StoreUnavailable {
        real.answer(answer);
    }

    @Override
    public void ask(Command command) throws StoreUnavailable {
        real.ask(command);
    }

    @Override
    public List<Command> unanswered() throws StoreUnavailable {
        return real.unanswered();
    }

    @Override
    public List<Answer> answers(Collection<UUID> commands) throws StoreUnavailable {
        return real.answers(commands);
    }

    @Override
    public void publish(Map<WindowKey, Evidence> seen) throws StoreUnavailable {
        real.publish(seen);
    }

    @Override
    public Map<WindowKey, Evidence> sums(Collection<WindowKey> windows) throws StoreUnavailable {
        return real.sums(windows);
    }

    @Override
    public void forgetAllBut(Collection<WindowKey> windows) throws StoreUnavailable {
        real.forgetAllBut(windows);
    }

    @Override
    public Optional<Entry> last(String route) throws StoreUnavailable {
        return real.last(route);
    }

    @Override
    public List<Entry> journal(String route, int limit) throws StoreUnavailable {
        return real.journal(route, limit);
    }
}
