package dev.banyan.gateway.record;

import dev.banyan.rules.Side;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Where the requests of one rule set are counted, by the place of their route among its routes. A request knows the place, and with many
 * routes a look-up by name costs more than all counting: nothing of the name, nor of a map, is in any cache.
 */
public final class CountsByPlace {

    /*
     * Each thread leads from a place and a side directly to its own numbers: what a request waits for is how many places in memory it
     * meets. In one rule set a side of a route is one backend, so that nothing else needs to be compared, unless the baseline stood in.
     */

    private static final int SIDES = Side.values().length;

    private static final VarHandle OF_THREAD = MethodHandles.arrayElementVarHandle(long[][][].class);
    private static final VarHandle NUMBERS = MethodHandles.arrayElementVarHandle(long[][].class);

    private final int routes;
    private final long[][][] byThread = new long[Tally.THREADS][][];

    /** None yet; {@code routes} is how many routes there are. */
    public CountsByPlace(int routes) {
        this.routes = routes;
    }

    /** Counts a request of the route at {@code place}, which {@code traffic} has under the name in {@code outcome}. */
    void add(Outcome outcome, int place, Traffic traffic) {
        if (outcome.fellBack()) {
            traffic.of(outcome.route()).add(outcome);
            return;
        }
        long[][] mine = ofThread(Tally.thread());
        int slot = slot(place, outcome.assigned());
        long[] known = (long[]) NUMBERS.getAcquire(mine, slot);
        if (known == null) {
            known = traffic.of(outcome.route()).numbers(outcome.assigned(), outcome.backend());
            NUMBERS.setRelease(mine, slot, known);
        }
        Tally.add(known, outcome);
    }

    @SuppressWarnings("EnumOrdinal") // a place in arrays of this process
    private static int slot(int place, Side side) {
        return SIDES * place + side.ordinal();
    }

    private long[][] ofThread(int thread) {
        long[][] known = (long[][]) OF_THREAD.getAcquire(byThread, thread);
        if (known == null) {
            var made = new long[SIDES * routes][];
            var before = (long[][]) OF_THREAD.compareAndExchange(byThread, thread, null, made);
            known = before == null ? made : before; // of another thread that shares the numbers
        }
        return known;
    }
}
