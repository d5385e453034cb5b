package dev.banyan.gateway.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.gateway.faults.RoutingHistory.Ended;
import dev.banyan.gateway.faults.RoutingHistory.Outcome;
import dev.banyan.gateway.faults.RoutingHistory.Sent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The checker of fault runs finds what it is there to find. */
class RoutingHistoryTest {

    private final RoutingHistory history = new RoutingHistory();
    private final FaultLog faults = new FaultLog();

    /** A read in the tenth second, of a route and maybe with a fallback; faults from some seconds on, of half a second each. */
    @ParameterizedTest
    @CsvSource(textBlock = """
            # assigned,  may fail, ended,     faults: name side from,               wrong
            legacy,      false,    200,       kill new 10,                          false
            legacy,      false,    left,      kill new 10,                          false
            legacy,      false,    502,       kill legacy 10,                       false
            legacy,      false,    broken,    kill legacy 10,                       false
            legacy,      false,    504,       stop legacy 10,                       false
            legacy,      false,    504,       standstill legacy 10,                 false
            legacy,      true,     502,       kill new 10,                          false
            legacy,      false,    502,       kill new 10,                          true
            legacy,      false,    504,       kill legacy 10,                       true
            legacy,      false,    502,       stop legacy 10,                       true
            legacy,      false,    503,       kill legacy 10,                       true
            legacy,      false,    500,       kill legacy 10,                       true
            legacy,      false,    no reply,  kill legacy 10,                       true
            legacy,      false,    502,       rules legacy 10,                      true
            legacy,      false,    502,       kill legacy 9,                        true
            legacy,      false,    502,       kill legacy 12,                       true
            legacy,      true,     silence,   kill legacy 10,                       true
            new,         false,    503,       kill new 9;breaker new 10,            false
            new,         false,    502,       kill new 9;breaker new 10,            true
            new,         false,    200,       breaker new 10,                       true
            new,         false,    200,       kill legacy 10;breaker new 10,        true
            new,         false,    200,       kill new 6;breaker new 10,            true
            new>legacy,  false,    502,       kill new 10,                          true
            new>legacy,  false,    502,       kill legacy 10,                       true
            new>legacy,  false,    502,       stop new 10;kill legacy 10,           false
            new>legacy,  false,    broken,    kill new 10,                          false
            legacy+new,  false,    504,       stop new 10,                          false
            legacy+new>, false,    504,       stop new 10,                          true
            legacy+new>, false,    504,       stop legacy 10,                       false
            """)
    void aBadEndNeedsAFaultThatExplainsItAndNoneExplainsSilence(
            String assigned, boolean mayFail, String how, String all, boolean wrong) throws IOException {
        for (String each : all.split(";", -1)) {
            String[] words = each.split(" ", -1);
            int from = Integer.parseInt(words[2]);
            faults.add(words[0], Set.of(words[1]), second(from), second(from) + second(1) / 2);
        }
        history.sent(new Sent(
                "a",
                "GET",
                "/a",
                "hash",
                Set.of(assigned.replaceAll(">.*", "").split("\\+", -1)),
                assigned.contains(">"),
                mayFail,
                second(10)));
        Outcome outcome =
                switch (how) {
                    case "200" -> Outcome.SERVED;
                    case "left" -> Outcome.LEFT;
                    case "silence" -> Outcome.UNANSWERED;
                    default -> Outcome.FAILED;
                };
        history.ended("a", new Ended(outcome, how, second(11)));
        assertThat(history.violations(Map.of(), faults)).hasSize(wrong ? 1 : 0);
    }

    @Test
    void whatNoFaultWouldHaveExcusedIsCounted() throws IOException {
        faults.add("kill", Set.of("new"), second(10), second(11));
        history.sent(read("calm", false));
        history.ended("calm", new Ended(Outcome.SERVED, "200", second(11)));
        history.sent(new Sent("faulted", "GET", "/f", "hash", Set.of("new"), false, false, second(10)));
        history.ended("faulted", new Ended(Outcome.SERVED, "200", second(11)));
        history.sent(new Sent("fallen", "GET", "/f", "hash", Set.of("new"), true, false, second(12)));
        history.ended("fallen", new Ended(Outcome.SERVED, "200", second(13)));
        history.sent(read("asked", true));
        history.ended("asked", new Ended(Outcome.SERVED, "200", second(11)));
        history.sent(read("left", false));
        history.ended("left", new Ended(Outcome.LEFT, "left", second(11)));
        assertThat(history.unexcused(faults, _ -> true)).isEqualTo(2);
        assertThat(history.violations(Map.of(), faults)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            # rules in force in the tenth second and after it, named, wrong
            A,     B,    A,    false
            A,     B,    B,    false
            A,     B,    C,    false
            A B,   C,    A,    true
            A B,   A,    A,    false
            A B A, C,    B,    true
            """)
    void rulesThatWereReplacedBeforeDecideNothing(String before, String after, String named, boolean wrong)
            throws Exception {
        List.of(before.split(" ", -1)).forEach(history::inForce);
        history.sent(new Sent("a", "GET", "/a", "0", Set.of("legacy"), false, true, System.nanoTime()));
        history.inForce(after);
        history.ended("a", new Ended(Outcome.SERVED, "200", System.nanoTime()));
        history.decidedBy("a", named, "legacy");
        assertThat(history.violations(Map.of(), faults)).hasSize(wrong ? 1 : 0);
    }

    @Test
    void aRequestEndsOnce() throws IOException {
        history.sent(read("never", true));
        history.sent(read("twice", true));
        history.ended("twice", new Ended(Outcome.SERVED, "200", second(11)));
        history.ended("twice", new Ended(Outcome.FAILED, "502", second(11)));
        assertThat(history.violations(Map.of(), faults))
                .hasSize(2)
                .anyMatch(each -> each.startsWith("no end of Sent[id=never,"))
                .anyMatch(each -> each.startsWith("twice ended twice"));
    }

    @Test
    void arrivalsAreOfWhatWasSentToTheirSideAndAWriteArrivesOnce(@TempDir Path folder) throws IOException {
        history.sent(new Sent("w", "POST", "/w", "hash", Set.of("legacy"), false, false, second(10)));
        history.ended("w", new Ended(Outcome.SERVED, "200", second(11)));
        Path legacy = Files.writeString(folder.resolve("legacy"), """
                w POST /w hash
                w POST /w other
                stranger GET /s hash
                """);
        Path candidate = Files.writeString(folder.resolve("new"), "w POST /w hash\n");
        assertThat(history.violations(Map.of("legacy", legacy, "new", candidate), faults))
                .hasSize(4)
                .anyMatch(each -> each.startsWith("legacy got w POST /w other of "))
                .anyMatch(each -> each.startsWith("legacy got what nobody sent: stranger"))
                .anyMatch(each -> each.startsWith("new is the wrong side for "))
                .anyMatch(each -> each.startsWith("3 arrivals of "));
    }

    /** Of a caller whom the rules in force one after the other give to one side and then to the other. */
    @ParameterizedTest
    @CsvSource(textBlock = """
            # named, falls back, arrived at, wrong
            new,     false,      new,        false
            new,     false,      legacy,     true
            new,     true,       legacy,     false
            legacy,  true,       new,        true
            none,    false,      new,        false
            none,    false,      legacy,     false
            """)
    void aRequestArrivesAtTheSideThatTheRulesItsReplyNamesGiveIt(
            String named, boolean fallsBack, String arrived, boolean wrong, @TempDir Path folder) throws IOException {
        history.sent(new Sent("w", "POST", "/w", "hash", Set.of("legacy", "new"), fallsBack, false, second(10)));
        history.ended("w", new Ended(Outcome.SERVED, "200", second(11)));
        if (!named.equals("none")) {
            history.decidedBy("w", "A", named);
        }
        Path seen = Files.writeString(folder.resolve(arrived), "w POST /w hash\n");
        assertThat(history.violations(Map.of(arrived, seen), faults)).hasSize(wrong ? 1 : 0);
    }

    private static Sent read(String id, boolean mayFail) {
        return new Sent(id, "GET", "/" + id, "hash", Set.of("legacy"), false, mayFail, second(10));
    }

    private static long second(int second) {
        return TimeUnit.SECONDS.toNanos(second);
    }
}
