package dev.banyan.bridge.mappingtest;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.EventLimit;
import dev.banyan.bridge.change.InMemoryImages;
import dev.banyan.bridge.change.NoFaults;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.change.UnstoredFaults;
import dev.banyan.bridge.mapping.Explanation;
import dev.banyan.bridge.mapping.KeyedHash;
import dev.banyan.bridge.mapping.Mapper;
import dev.banyan.bridge.mapping.Mapping;
import dev.banyan.bridge.mapping.Secrets;
import dev.banyan.bridge.mapping.TransactionRule;
import dev.banyan.bridge.mappingtest.MappingTest.Event;
import dev.banyan.bridge.mappingtest.MappingTest.Expected;
import dev.banyan.bridge.mappingtest.MappingTest.ExpectedFault;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;
import net.javacrumbs.jsonunit.core.Configuration;
import net.javacrumbs.jsonunit.core.Option;
import net.javacrumbs.jsonunit.core.internal.Diff;
import org.jspecify.annotations.Nullable;

/** What came of running a mapping's tests. {@code unmet} are the rules that named no event of any test, as {@code aggregate.rule (line N)}. */
public record MappingTestRun(List<Outcome> outcomes, List<String> unmet, int rules) {

    /** The key that hashed columns have in tests; a test must not need the bridge's own. */
    public static final String HASH_KEY = "the hash key of mapping tests";

    private static final Secrets SECRETS = new Secrets(
            new KeyedHash(HASH_KEY.getBytes(StandardCharsets.UTF_8)), LegibleCipher.SHOWN, LegibleCipher.SHOWN);
    private static final Instant TIME = Instant.parse("2026-01-31T12:00:00Z");

    public MappingTestRun {
        outcomes = List.copyOf(outcomes);
        unmet = List.copyOf(unmet);
    }

    /** How one test went: as expected when there are no {@code differences}. */
    public record Outcome(MappingTest test, List<String> differences, Explanation explanation) {
        public Outcome {
            differences = List.copyOf(differences);
        }

        public boolean passed() {
            return differences.isEmpty();
        }
    }

    public long failed() {
        return outcomes.stream().filter(outcome -> !outcome.passed()).count();
    }

    /** Runs {@code tests}, each with rows of its own. */
    public static MappingTestRun of(Mapping mapping, List<MappingTest> tests) {
        var outcomes = tests.stream().map(test -> run(mapping, test)).toList();
        var met = new HashSet<String>();
        for (var outcome : outcomes) {
            outcome.explanation().decisions().stream()
                    .filter(decision -> decision.rule() != null)
                    .forEach(decision -> met.add(decision.aggregate() + "." + decision.rule()));
        }
        var unmet = new ArrayList<String>();
        var rules = 0;
        for (var aggregate : mapping.aggregates()) {
            for (var rule : aggregate.allRules()) {
                rules++;
                var name = aggregate.name() + "." + rule.name();
                if (!met.contains(name)) {
                    unmet.add(name + " (line " + rule.at().line() + ")");
                }
            }
        }
        for (var rule : mapping.transactions()) {
            rules++;
            var name = "transactions." + rule.name();
            if (!met.contains(name)) {
                unmet.add(name + " (line " + rule.at().line() + ")");
            }
        }
        return new MappingTestRun(outcomes, unmet, rules);
    }

    private static Outcome run(Mapping mapping, MappingTest test) {
        var mapper = new Mapper(mapping, "test", SECRETS, EventLimit.NONE);
        var images = new InMemoryImages();
        var faults = new UnstoredFaults(NoFaults.HALT);
        if (!test.given().isEmpty()) {
            var given = mapper.explain(transaction(1, test.given()), images, faults);
            if (given.refusal() != null) {
                return new Outcome(test, List.of("given: " + given.refusal()), given);
            }
        }
        var explanation = mapper.explain(transaction(2, test.when()), images, faults);
        return new Outcome(test, differences(mapping, test.expected(), explanation), explanation);
    }

    private static Transaction transaction(long number, List<Change> changes) {
        return new Transaction(number, String.valueOf(number), TIME, changes);
    }

    private static List<String> differences(Mapping mapping, Expected expected, Explanation explanation) {
        var refusal = explanation.refusal();
        return switch (expected) {
            case Expected.Refused(var text) -> {
                if (refusal == null) {
                    yield List.of("mapped to " + names(mapping, explanation.events()) + " (expected: a refusal with '"
                            + text + "')");
                }
                yield refusal.contains(text)
                        ? List.of()
                        : List.of("refused: " + refusal + " (expected: '" + text + "' in it)");
            }
            case Expected.Events(var events, var faults) -> {
                if (refusal != null) {
                    yield List.of("refused: " + refusal + " (expected: " + eventNames(events) + ")");
                }
                var differences = new ArrayList<>(compare(mapping, events, explanation.events()));
                compare(faults, explanation, differences);
                yield differences;
            }
        };
    }

    private static List<String> compare(Mapping mapping, List<Event> expected, List<DomainEvent> found) {
        if (!names(mapping, found).equals(eventNames(expected))) {
            return List.of("events: " + names(mapping, found) + " (expected: " + eventNames(expected) + ")");
        }
        var differences = new ArrayList<String>();
        for (int i = 0; i < expected.size(); i++) {
            compare(expected.get(i), found.get(i), differences);
        }
        return differences;
    }

    private static void compare(Event expected, DomainEvent found, List<String> differences) {
        var name = expected.event();
        differ(name + ".subject", found.subject(), expected.subject(), differences);
        differ(name + ".changed", found.changed(), expected.changed(), differences);
        if (expected.data() != null) {
            var diff = Diff.create(
                    expected.data(),
                    found.data(),
                    "data",
                    "",
                    Configuration.empty().withOptions(Option.IGNORING_EXTRA_FIELDS));
            if (!diff.similar()) {
                diff.differences()
                        .lines()
                        .skip(1) // says that they differ
                        .filter(line -> !line.isBlank())
                        .forEach(line -> differences.add(name + ".data: " + line));
            }
        }
    }

    private static void compare(List<ExpectedFault> expected, Explanation explanation, List<String> differences) {
        var found = explanation.decisions().stream()
                .filter(decision -> decision.fault() != null)
                .toList();
        var foundNames = found.stream().map(MappingTestRun::faultName).sorted().toList();
        var expectedNames = expected.stream()
                .map(each -> each.fault().word + " " + each.subject())
                .sorted()
                .toList();
        if (!foundNames.equals(expectedNames)) {
            differences.add("faults: " + foundNames + " (expected: " + expectedNames + ")");
            return;
        }
        for (var each : expected) {
            var name = each.fault().word + " " + each.subject();
            found.stream()
                    .filter(decision -> each.message() != null
                            && faultName(decision).equals(name)
                            && !decision.why().contains(each.message()))
                    .forEach(decision -> differences.add(
                            name + ": " + decision.why() + " (expected: '" + each.message() + "' in it)"));
        }
    }

    private static String faultName(Explanation.Decision decision) {
        return decision.fault() == null ? "" : decision.fault().word + " " + decision.subject();
    }

    private static void differ(String what, Object found, @Nullable Object expected, List<String> differences) {
        if (expected != null && !expected.equals(found)) {
            differences.add(what + ": " + found + " (expected: " + expected + ")");
        }
    }

    private static List<String> eventNames(List<Event> events) {
        return events.stream().map(Event::event).toList();
    }

    /** The names in the mapping's words: {@code OrderPaid} for {@code shop.orders.OrderPaid.v1}. */
    private static List<String> names(Mapping mapping, List<DomainEvent> events) {
        return events.stream().map(event -> name(mapping, event)).collect(Collectors.toList());
    }

    private static String name(Mapping mapping, DomainEvent event) {
        for (var aggregate : mapping.aggregates()) {
            var name = aggregate.eventOf(event.type());
            if (name.isPresent() && event.topic().equals(aggregate.topic())) {
                return name.get();
            }
        }
        return mapping.transactions().stream()
                .filter(rule -> rule.type().equals(event.type()) && rule.topic().equals(event.topic()))
                .map(TransactionRule::event)
                .findFirst()
                .orElse(event.type());
    }
}
