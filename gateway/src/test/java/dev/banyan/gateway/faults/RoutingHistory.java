package dev.banyan.gateway.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What clients sent and got, against what backends saw. Whatever fails, no write arrives twice, no request arrives changed, at a side
 * that no rule in force gave it to, or from nobody, and no client gets a reply that is not its own and whole.
 */
public final class RoutingHistory {

    /**
     * A request.
     *
     * @param sides those that the rules in force while it ran give it to, at once or by falling back
     * @param hash of its body
     */
    public record Sent(String id, String method, String target, String hash, Set<String> sides) {}

    /** The most a read may arrive: once, again after a stale connection, one retry with its own, and at the baseline likewise. */
    private static final int ARRIVALS_MAX = 8;

    private final Map<String, Sent> sent = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();

    public void sent(Sent request) {
        sent.put(request.id(), request);
    }

    /** Something that must not be. */
    public void wrong(String what) {
        wrong.add(what);
    }

    public int requests() {
        return sent.size();
    }

    /** Returns everything that must not be; {@code histories} has a file of each side. */
    public List<String> violations(Map<String, Path> histories) throws IOException {
        List<String> all = new ArrayList<>(wrong);
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
                if (!request.sides().contains(history.getKey())) {
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

    private static boolean isWrite(Sent request) {
        return !request.method().equals("GET");
    }
}
