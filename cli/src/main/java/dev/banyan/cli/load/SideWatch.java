package dev.banyan.cli.load;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Watches that nobody who was moved to the candidate is moved back while a weight only rises. The walk says when a weight
 * falls; from then on everybody starts anew.
 */
public final class SideWatch {

    private static final int SUSPENDED = -1;

    /*
     * An era is a time in which no weight fell; between two eras nothing is watched. A request that began in one era and ended in
     * another says nothing: it may have been decided under either set of rules.
     */
    private final AtomicInteger era = new AtomicInteger();
    private final AtomicInteger eras = new AtomicInteger();
    private final AtomicLong flipBacks = new AtomicLong();
    private final AtomicLong replies = new AtomicLong();

    /** A weight is about to fall: people will move back, as they should. */
    public void weightFalls() {
        era.set(SUSPENDED);
    }

    /** The lower weight is in force: everybody starts anew. */
    public void weightFell() {
        era.set(eras.incrementAndGet());
    }

    /** Everybody starts anew, and of those who moved back only the first {@code flipBacks} count: the others were moved by an edit from outside. */
    public void startAnew(long flipBacks) {
        this.flipBacks.set(flipBacks);
        weightFell();
    }

    /** Returns how often a person was on the candidate's side and then on the baseline's while weights only rose. */
    public long flipBacks() {
        return flipBacks.get();
    }

    /** Returns how many replies of split routes were looked at. */
    public long replies() {
        return replies.get();
    }

    Person newPerson() {
        return new Person();
    }

    /** What is remembered of one person; a person's requests follow one another. */
    final class Person {

        /** Routes are apart: a person may be on one side of one and on the other side of another. */
        private final Map<String, Integer> movedInEraByRoute = new HashMap<>();

        /** Returns the era in which a request begins. */
        int begin() {
            return era.get();
        }

        void answered(int began, Reply reply) {
            var assigned = reply.assigned().orElse("");
            if (assigned.isEmpty() || reply.route().equals("-") || began == SUSPENDED || era.get() != began) {
                return;
            }
            replies.incrementAndGet();
            if (assigned.equals("candidate")) {
                movedInEraByRoute.put(reply.route(), began);
            } else if (movedInEraByRoute.remove(reply.route(), began)) {
                flipBacks.incrementAndGet(); // and forgotten: one flip is counted once
            }
        }
    }
}
