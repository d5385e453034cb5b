package dev.banyan.cli.observe;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What one reader saw of the events: how many, in which order per subject, and the last state of each aggregate. */
final class EventLog {

    private final Map<String, Subject> subjects = new TreeMap<>();
    private final Map<String, Long> countByType = new TreeMap<>();
    private final Map<String, Set<String>> subjectsByType = new LinkedHashMap<>();
    private long received;
    private long duplicates;
    private long reordered;
    private long backfilled;

    /** One event as it lies in Kafka, without what nobody here looks at. */
    record Event(String id, String type, String subject, String sequence, boolean backfill, String data) {}

    private static final class Subject {
        private final Set<String> ids = new HashSet<>();
        private String sequence = "";
        private String data = "";
    }

    /*
     * At least once: the same id may come again, and that is a duplicate, whatever came between. An event whose id is new must
     * have a higher sequence than all before it of its subject, or it was reordered.
     */
    synchronized void add(Event event) {
        received++;
        countByType.merge(event.type(), 1L, Long::sum);
        var subject = subjects.computeIfAbsent(event.subject(), _ -> new Subject());
        if (!subject.ids.add(event.id())) {
            duplicates++;
            return;
        }
        if (event.backfill()) {
            backfilled++;
        }
        subjectsByType.computeIfAbsent(event.type(), _ -> new HashSet<>()).add(event.subject());
        if (event.sequence().compareTo(subject.sequence) <= 0) {
            reordered++;
            return; // an older state does not replace a newer one, as in any consumer
        }
        subject.sequence = event.sequence();
        subject.data = event.data();
    }

    /** The counters at one moment. */
    synchronized EventCounts counts() {
        return new EventCounts(
                received, received - duplicates, duplicates, reordered, backfilled, Map.copyOf(countByType));
    }

    /** Returns the last state of every subject that begins with {@code kind} and a slash. */
    synchronized Map<String, String> states(String kind) {
        var states = new TreeMap<String, String>();
        subjects.forEach((name, subject) -> {
            if (name.startsWith(kind + "/")) {
                states.put(name, subject.data);
            }
        });
        return states;
    }

    /** Whether an event of {@code type} for {@code subject} came. */
    synchronized boolean has(String type, String subject) {
        return subjectsByType.getOrDefault(type, Set.of()).contains(subject);
    }
}
