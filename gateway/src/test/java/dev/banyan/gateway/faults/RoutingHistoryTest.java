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

    /** A request to legacy in the tenth second; a kill from {@code killed} on, of half a second. */
    @ParameterizedTest
    @CsvSource(textBlock = """
            # outcome,  may fail, killed side, from, wrong
            SERVED,     false,    new,         10,   false
            LEFT,       false,    new,         10,   false
            FAILED,     false,    legacy,      10,   false
            FAILED,     false,    legacy,      9,    false
            FAILED,     true,     new,         10,   false
            FAILED,     false,    new,         10,   true
            FAILED,     false,    legacy,      7,    true
            FAILED,     false,    legacy,      12,   true
            UNANSWERED, true,     legacy,      10,   true
            """)
    void aBadEndNeedsAFaultThatExplainsItAndNoneExplainsSilence(
            Outcome outcome, boolean mayFail, String side, int from, boolean wrong) throws IOException {
        faults.add(new FaultLog.Fault("kill", Set.of(side), second(from), second(from) + second(1) / 2));
        history.sent(read("a", mayFail));
        history.ended("a", new Ended(outcome, "it ended", second(11)));
        assertThat(history.violations(Map.of(), faults))
                .hasSize(wrong ? 1 : 0)
                .allMatch(each -> each.contains("id=a,"));
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
        history.sent(new Sent("a", "GET", "/a", "0", Set.of("legacy"), true, System.nanoTime()));
        history.inForce(after);
        history.ended("a", new Ended(Outcome.SERVED, "200", System.nanoTime()));
        history.decidedBy("a", named);
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
        history.sent(new Sent("w", "POST", "/w", "hash", Set.of("legacy"), false, second(10)));
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

    private static Sent read(String id, boolean mayFail) {
        return new Sent(id, "GET", "/" + id, "hash", Set.of("legacy"), mayFail, second(10));
    }

    private static long second(int second) {
        return TimeUnit.SECONDS.toNanos(second);
    }
}
