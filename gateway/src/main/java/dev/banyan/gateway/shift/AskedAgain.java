package dev.banyan.gateway.shift;

import dev.banyan.gateway.store.StoreUnavailable;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What made a route safer, and a store has lost that went back, to a backup or a copy that lagged: it is asked for again. What led upwards is
 * lost.
 */
final class AskedAgain {

    private static final Logger LOG = LoggerFactory.getLogger(AskedAgain.class);

    private final ShiftStore store;
    private final Function<String, @Nullable Plan> plans;
    private final Consumer<Command> ask;
    private final String gateway;
    private final InstantSource clock;
    private final Set<UUID> asked = new HashSet<>();

    /** @param plans of routes by their names */
    AskedAgain(
            ShiftStore store,
            Function<String, @Nullable Plan> plans,
            Consumer<Command> ask,
            String gateway,
            InstantSource clock) {
        this.store = store;
        this.plans = plans;
        this.ask = ask;
        this.gateway = gateway;
        this.clock = clock;
    }

    /** Asks, once for each, for what {@code known} has and {@code read}, which is what the store has now, lacks. */
    void ask(Collection<Head> known, Map<String, Head> read) throws StoreUnavailable {
        for (Head each : known) {
            Head now = read.get(each.route());
            Plan plan = !each.isLostIn(now)
                    ? null
                    : each.route().equals(Plan.ALL) ? Plan.OF_ALL : plans.apply(each.route());
            if (plan != null && (now != null || !isInJournal(each.route()))) { // else it is mended by its journal
                each.saferThan(now, plan).forEach(kind -> ask(command(each, now, kind)));
            }
        }
    }

    /** One that cannot be read is one: of a newer build, perhaps. */
    private boolean isInJournal(String route) throws StoreUnavailable {
        try {
            return store.last(route).isPresent();
        } catch (RuntimeException e) {
            LOG.debug("route {}: the end of its journal cannot be read", route, e);
            return true;
        }
    }

    private void ask(Command command) {
        if (asked.add(command.id())) {
            LOG.error(
                    "route {}: {}; asks for {} again",
                    command.route(),
                    command.reason(),
                    command.kind().word());
            ask.accept(command);
        }
    }

    /** With the same id in every gateway that knows of it. */
    private Command command(Head known, @Nullable Head now, Command.Kind kind) {
        var id = UUID.nameUUIDFromBytes((kind + " " + known).getBytes(StandardCharsets.UTF_8));
        var reason = "the control store went back from entry " + known.place() + " to "
                + (now == null ? "none" : now.place());
        return new Command(id, known.route(), kind, null, gateway, reason, clock.instant(), null);
    }
}
