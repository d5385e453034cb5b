package dev.banyan.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.banyan.gateway.faults.FaultLog;
import dev.banyan.gateway.faults.HistoryServer;
import dev.banyan.gateway.faults.RoutingHistory;
import dev.banyan.gateway.faults.RoutingHistory.Ended;
import dev.banyan.gateway.faults.RoutingHistory.Outcome;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A client of a {@link FaultRun}: it sends one request after the other and looks at what comes back. */
final class FaultRunClient {

    private static final int CUSTOMERS = 200;

    /** What a request asks its backend to do; of some it must not notice anything. */
    private static final List<String> MISDEEDS =
            List.of("slow", "refuse", "reset", "cut", "garbage", "more", "chunked", "early");

    private static final Set<String> HARMLESS = Set.of("", "slow", "more", "chunked");

    private final long seed;
    private final int number;
    private final TestGateway gateway;
    private final RoutingHistory history;
    private final Map<String, Integer> weightByRules;
    private final Map<String, Integer> outcomes;
    private final Random random;
    private int count;
    private @Nullable Wire wire;

    FaultRunClient(
            long seed,
            int number,
            TestGateway gateway,
            RoutingHistory history,
            Map<String, Integer> weightByRules,
            Map<String, Integer> outcomes) {
        this.seed = seed;
        this.number = number;
        this.gateway = gateway;
        this.history = history;
        this.weightByRules = weightByRules;
        this.outcomes = outcomes;
        this.random = new Random(seed * 31 + number);
    }

    void run(AtomicBoolean running) {
        while (running.get()) {
            String id = seed + "-" + number + "-" + count++;
            Ended end = end(id);
            history.ended(id, end);
            outcomes.merge(end.how(), 1, Integer::sum);
        }
        drop();
    }

    private Ended end(String id) {
        Outcome outcome;
        String how;
        try {
            how = ask(id);
            outcome = switch (how) {
                case "200" -> Outcome.SERVED;
                case "left" -> Outcome.LEFT;
                default -> Outcome.FAILED;
            };
        } catch (SocketTimeoutException e) {
            outcome = Outcome.UNANSWERED;
            how = "unanswered";
            drop();
        } catch (IOException e) {
            outcome = Outcome.FAILED;
            how = String.valueOf(e.getMessage()); // also "no reply", which nothing explains
            drop();
        }
        return new Ended(outcome, how, System.nanoTime());
    }

    private String ask(String id) throws IOException {
        String path = List.of("/old/", "/split/", "/moved/").get(random.nextInt(3));
        boolean write = random.nextInt(4) == 0;
        boolean chunked = random.nextBoolean();
        String method = write ? "POST" : "GET";
        String misdeed = random.nextInt(10) == 0 ? MISDEEDS.get(random.nextInt(MISDEEDS.size())) : "";
        int size = random.nextInt(4) == 0 ? 60_000 : random.nextInt(400);
        if (misdeed.equals("more")) {
            size = Math.min(
                    size, 400); // in one segment with what comes behind it: no gateway can save a call sent in between
        }
        String body = write ? "b".repeat(random.nextInt(4) == 0 ? 100_000 : random.nextInt(500)) : "";
        String customer = "c" + random.nextInt(CUSTOMERS);
        history.sent(new RoutingHistory.Sent(
                id,
                method,
                path + id,
                HistoryServer.hash(body.getBytes(ISO_8859_1)),
                assigned(path, customer),
                path.equals("/split/") && !write,
                !HARMLESS.contains(misdeed),
                System.nanoTime()));
        String head = method + " " + path + id + " HTTP/1.1\r\nHost: a\r\nX-Id: " + id + "\r\nX-Size: " + size
                + "\r\nX-Customer: " + customer + "\r\n" + (misdeed.isEmpty() ? "" : "X-Do: " + misdeed + "\r\n");
        Wire to = wire == null ? gateway.wire() : wire;
        wire = to;
        if (to.hasMore()) {
            history.wrong("something more came behind the reply before " + id);
        }
        if (!write) {
            to.sendIfOpen(head + "\r\n");
        } else if (chunked) {
            to.sendIfOpen(head + "Transfer-Encoding: chunked\r\n\r\n"
                    + (body.isEmpty() ? "" : Integer.toHexString(body.length()) + "\r\n" + body + "\r\n")
                    + "0\r\n\r\n");
        } else {
            to.sendIfOpen(head + "Content-Length: " + body.length() + "\r\n\r\n" + body);
        }
        if (random.nextInt(50) == 0) {
            drop();
            return "left";
        }
        return look(to, id, size, misdeed, path, bucket(path, customer));
    }

    private String look(Wire to, String id, int size, String misdeed, String path, int bucket) throws IOException {
        if (!to.begins()) {
            throw new IOException("no reply");
        }
        String reply;
        try {
            reply = to.reply();
        } catch (SocketException e) {
            drop();
            return FaultLog.BROKEN;
        }
        int body = reply.indexOf("\r\n\r\n") + 4;
        if (body < 4) {
            drop();
            return FaultLog.BROKEN;
        }
        String lower = reply.substring(0, body).toLowerCase(Locale.ROOT);
        String status = reply.substring(9, 12);
        if (lower.contains("\r\nconnection: close")) {
            drop();
        }
        lookAtDecision(id, lower, path, bucket);
        if (lower.contains("\r\nx-id:") && !lower.contains("\r\nx-id: " + id + "\r\n")) {
            history.wrong(id + " got the reply of another: " + lower.lines().toList());
        } else if (!isWhole(reply, body, lower)) {
            drop();
            return FaultLog.BROKEN;
        } else if (status.equals("200")) {
            String text = lower.contains("chunked") ? unchunked(reply.substring(body)) : reply.substring(body);
            String expected = misdeed.equals("early") ? "early" : HistoryServer.reply(id, size);
            if (!text.equals(expected)) {
                history.wrong(id + " got a reply of " + text.length() + " bytes for one of " + expected.length());
            }
        }
        return status;
    }

    /** A reply names the rules it was decided by, and the side that those give the customer. */
    private void lookAtDecision(String id, String head, String path, int bucket) {
        String rules = value(head, "x-banyan-rules");
        if (rules.isEmpty()) {
            return; // the gateway's own
        }
        Integer weight = weightByRules.get(rules);
        if (weight == null) {
            history.wrong(id + " was decided by rules that nobody wrote: " + rules);
            return;
        }
        boolean moved = bucket >= 0 ? bucket < weight * 100 : path.equals("/moved/");
        history.decidedBy(id, rules, moved ? "new" : "legacy");
        if (bucket >= 0) {
            String side = moved ? "candidate" : "baseline";
            if (!value(head, "x-banyan-assigned").equals(side)) {
                history.wrong(id + " of bucket " + bucket + " is not " + side + " at " + weight + " %: "
                        + head.lines().toList());
            }
        }
    }

    private static String value(String head, String name) {
        int at = head.indexOf("\r\n" + name + ":");
        return at < 0
                ? ""
                : head.substring(at + name.length() + 3, head.indexOf("\r\n", at + 2))
                        .strip();
    }

    private static boolean isWhole(String reply, int body, String head) {
        String length = value(head, "content-length");
        return length.isEmpty() ? reply.endsWith("0\r\n\r\n") : reply.length() - body == Integer.parseInt(length);
    }

    private static String unchunked(String body) {
        var text = new StringBuilder();
        int at = 0;
        while (true) {
            int end = body.indexOf("\r\n", at);
            int size = Integer.parseInt(body.substring(at, end).strip(), 16);
            if (size == 0) {
                return text.toString();
            }
            text.append(body, end + 2, end + 2 + size);
            at = end + 2 + size + 2;
        }
    }

    private void drop() {
        try {
            if (wire != null) {
                wire.close();
            }
        } catch (IOException e) {
            // it was to go anyway
        }
        wire = null;
    }

    /** The customer's place on a split route; below 0 elsewhere. */
    private static int bucket(String path, String customer) {
        return path.equals("/split/") ? Buckets.of(customer) : -1;
    }

    /** Where the rules that may be in force send a request. */
    private static Set<String> assigned(String path, String customer) {
        Set<String> sides = new HashSet<>();
        int bucket = bucket(path, customer);
        if (path.equals("/old/") || bucket >= FaultRun.WEIGHT_MIN * 100) {
            sides.add("legacy");
        }
        if (path.equals("/moved/") || (bucket >= 0 && bucket < FaultRun.WEIGHT_MAX * 100)) {
            sides.add("new");
        }
        return sides;
    }

    /** The places of customers, by the language's own arithmetic. */
    private static final class Buckets {

        private static final dev.banyan.rules.Cohort COHORT;

        static {
            try {
                Path rules = Files.createTempDirectory("buckets");
                Files.writeString(rules.resolve("rules.yaml"), """
                        backends: [{name: legacy, url: "http://localhost:1", baseline: true}]
                        cohorts: [{name: shopper, key: [{header: X-Customer}], salt: s}]
                        """);
                COHORT = dev.banyan.rules.RulesFolder.read(rules).cohorts().getFirst();
            } catch (IOException | dev.banyan.rules.RulesException e) {
                throw new IllegalStateException(e);
            }
        }

        static int of(String customer) {
            return COHORT.bucket(customer);
        }
    }
}
