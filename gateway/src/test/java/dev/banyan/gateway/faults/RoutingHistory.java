package dev.banyan.gateway.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What clients sent and got, against what backends saw and which faults there were. Whatever fails, each request ends for its client,
 * once, and not badly unless a fault of that moment explains this end at every side it could be served by; no write arrives twice, no request arrives changed, at a side that no rule in force gave
 * it to, or from nobody, no client gets a reply that is not its own and whole, and none is decided by rules that were replaced before.
 */
public final class RoutingHistory {

    /**
     * A request.
     *
     * @param hash of its body
     * @param assigned those that the rules in force while it ran give it to
     * @param fallsBack whether the baseline answers for another side that does not
     * @param mayFail whether that is no fault: it asks the backend for it
     * @param at when it was sent, by {@link System#nanoTime}
     */
    public record Sent(
            String id,
            String method,
            String target,
            String hash,
            Set<String> assigned,
            boolean fallsBack,
            boolean mayFail,
            long at) {

        /** @param named the side that its reply says it was given to; null without such a reply */
        boolean mayReach(String side, @Nullable String named) {
            return (named == null ? assigned.contains(side) : side.equals(named))
                    || (fallsBack && side.equals(BASELINE));
        }
    }

    /** What came of a request for its client. */
    public enum Outcome {
        SERVED,
        /** An error, or a connection that ended before the reply was whole. */
        FAILED,
        /** Nothing, or a part of a reply and then nothing, for longer than any limit of the gateway. */
        UNANSWERED,
        /** Nobody knows: the client left. */
        LEFT
    }

    /** The end of a request, {@code at} that time, and how it looked. */
    public record Ended(Outcome outcome, String how, long at) {}

    private static final String BASELINE = "legacy";

    /** All that any fault can explain. */
    private static final List<String> ENDS = List.of("502", "503", "504", FaultLog.BROKEN);

    /** The most a read may arrive: once, again after a stale connection, one retry with its own, and at the baseline likewise. */
    private static final int ARRIVALS_MAX = 8;

    private final Map<String, Sent> sent = new ConcurrentHashMap<>();
    private final Map<String, Ended> ended = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Seen> rulesSeen = new ConcurrentLinkedQueue<>();
    private final Map<String, String> rulesNamed = new ConcurrentHashMap<>();
    private final Map<String, String> sidesNamed = new ConcurrentHashMap<>();

    /** Rules that were found in force {@code at} that time, where others had been before. */
    private record Seen(String rules, long at) {}

    public void sent(Sent request) {
        sent.put(request.id(), request);
    }

    public void ended(String id, Ended end) {
        Ended first = ended.putIfAbsent(id, end);
        if (first != null) {
            wrong(id + " ended twice: " + first + ", " + end);
        }
    }

    /** From now on, at the latest, {@code rules} are in force and no longer those before. */
    public void inForce(String rules) {
        rulesSeen.add(new Seen(rules, System.nanoTime()));
    }

    /** The reply to a request names the {@code rules} it was decided by, which give it to {@code side}. */
    public void decidedBy(String id, String rules, String side) {
        rulesNamed.put(id, rules);
        sidesNamed.put(id, side);
    }

    /** Something that must not be. */
    public void wrong(String what) {
        wrong.add(what);
    }

    /** Returns everything that must not be; {@code histories} has a file of each side. The run is over, and so are its faults. */
    public List<String> violations(Map<String, Path> histories, FaultLog faults) throws IOException {
        List<String> all = new ArrayList<>(wrong);
        faults.openedForNothing().forEach(each -> all.add("opened for nothing: " + each));
        sent.values().forEach(request -> all.addAll(badEnd(request, faults)));
        rulesNamed.forEach((id, rules) -> {
            Sent request = Objects.requireNonNull(sent.get(id), id);
            if (isOutdated(rules, request)) {
                all.add("rules " + rules + " had been replaced before " + request);
            }
        });
        Map<String, Integer> arrivals = new HashMap<>();
        for (Map.Entry<String, Path> history : histories.entrySet()) {
            if (!Files.exists(history.getValue())) {
                continue;
            }
            for (String line : Files.readAllLines(history.getValue())) {
                String[] words = line.split(" ", -1);
                Sent request = words.length == 4 ? sent.get(words[0]) : null;
                if (request == null) {
                    all.add(history.getKey() + " got what nobody sent: " + line);
                    continue;
                }
                arrivals.merge(request.id(), 1, Integer::sum);
                boolean same = words[1].equals(request.method())
                        && words[2].equals(request.target())
                        && (words[3].equals("-") || words[3].equals(request.hash()));
                if (!same) {
                    all.add(history.getKey() + " got " + line + " of " + request);
                }
                if (!request.mayReach(history.getKey(), sidesNamed.get(request.id()))) {
                    all.add(history.getKey() + " is the wrong side for " + request);
                }
            }
        }
        arrivals.forEach((id, count) -> {
            Sent request = sent.get(id);
            if (request != null && count > (isWrite(request) ? 1 : ARRIVALS_MAX)) {
                all.add(count + " arrivals of " + request);
            }
        });
        return all;
    }

    /** Whether these rules had been found replaced before the request was sent, and were not put in force again. */
    private boolean isOutdated(String rules, Sent request) {
        List<Seen> before =
                rulesSeen.stream().filter(seen -> seen.at() < request.at()).toList();
        boolean again = rulesSeen.stream()
                .anyMatch(seen -> seen.at() >= request.at() && seen.rules().equals(rules));
        return !again
                && before.stream().anyMatch(seen -> seen.rules().equals(rules))
                && !before.getLast().rules().equals(rules);
    }

    /** Returns what is wrong with how a request ended. */
    private List<String> badEnd(Sent request, FaultLog faults) {
        Ended end = ended.get(request.id());
        boolean bad = end == null
                || end.outcome() == Outcome.UNANSWERED
                || (end.outcome() == Outcome.FAILED
                        && !request.mayFail()
                        && !isExplained(request, end.how(), end.at(), faults));
        if (!bad) {
            return List.of();
        }
        long until = end == null ? System.nanoTime() : end.at();
        var during = new ArrayList<FaultLog.Fault>();
        List.of(BASELINE, "new").forEach(side -> during.addAll(faults.at(side, request.at(), until)));
        return List.of((end == null ? "no end" : end) + " of " + request + ", faults meanwhile: " + during);
    }

    /** Whether faults of the time explain that a request ended {@code how}, at one of the sides that it may have been given to. */
    private static boolean isExplained(Sent request, String how, long until, FaultLog faults) {
        return request.assigned().stream().anyMatch(side -> {
            List<FaultLog.Fault> here = faults.at(side, request.at(), until);
            if (!request.fallsBack() || side.equals(BASELINE)) {
                return here.stream().anyMatch(fault -> fault.ends().contains(how));
            }
            boolean behind = !here.isEmpty()
                    && faults.at(BASELINE, request.at(), until).stream()
                            .anyMatch(fault -> fault.ends().contains(how));
            boolean begun = how.equals(FaultLog.BROKEN); // nobody stands in for a reply that has begun
            return behind
                    || (begun && here.stream().anyMatch(fault -> fault.ends().contains(how)));
        });
    }

    /** Returns how many requests no fault would have excused, whatever their end; {@code of} decides which count. */
    public long unexcused(FaultLog faults, Predicate<Sent> of) {
        return sent.values().stream()
                .filter(of)
                .filter(request -> {
                    Ended end = ended.get(request.id());
                    return !request.mayFail()
                            && end != null
                            && end.outcome() != Outcome.LEFT
                            && ENDS.stream().noneMatch(how -> isExplained(request, how, end.at(), faults));
                })
                .count();
    }

    /** Returns how many requests there were that {@code of} counts. */
    public long requests(Predicate<Sent> of) {
        return sent.values().stream().filter(of).count();
    }

    private static boolean isWrite(Sent request) {
        return !request.method().equals("GET");
    }
}
