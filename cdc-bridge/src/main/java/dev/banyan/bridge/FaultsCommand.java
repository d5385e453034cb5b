package dev.banyan.bridge;

import dev.banyan.bridge.hub.Hub;
import dev.banyan.bridge.hub.HubFenced;
import dev.banyan.bridge.hub.HubUnavailable;
import dev.banyan.bridge.lake.Lake;
import dev.banyan.bridge.run.ClaimCheck;
import dev.banyan.bridge.run.KeptLease;
import dev.banyan.bridge.run.Resubmission;
import dev.banyan.bridge.run.ResubmittedFaults;
import dev.banyan.bridge.store.BridgeStore;
import dev.banyan.bridge.store.Fenced;
import dev.banyan.bridge.store.StoreFailed;
import dev.banyan.bridge.store.StoreUnusable;
import java.io.IOException;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

/** {@code banyan events faults}: aggregates that wait because the mapping had no answer, and what was skipped. */
@Command(
        name = "faults",
        mixinStandardHelpOptions = true,
        description =
                "Aggregates that wait because the mapping had no answer for a change, and changes that were skipped.",
        subcommands = {FaultsCommand.Ls.class, FaultsCommand.Show.class, FaultsCommand.Resubmit.class})
final class FaultsCommand {

    private static final int LISTED_MAX = 1_000;
    private static final int SHOWN_MAX = 1_000;
    private static final long SHOWN_BYTES_MAX = 16_000_000;

    /** What can go wrong in all of them. */
    abstract static sealed class Faults implements Callable<Integer> permits Ls, Show, Resubmit {

        @CommandLine.Mixin
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private ConfigOption files;

        @Override
        public Integer call() throws Exception {
            try {
                var setup = Setup.read(files.config);
                try (var store = BridgeStore.open(
                        setup.store(),
                        setup.config().name(),
                        BridgeStore.holder("faults"),
                        Setup.LEASE,
                        InstantSource.system())) {
                    return run(setup, store);
                }
            } catch (StoreUnusable e) {
                System.err.println(e.getMessage() + "\nWhile the bridge runs, /faults on its status page lists them.");
                return 1;
            }
        }

        abstract int run(Setup setup, BridgeStore store) throws IOException, HubUnavailable;
    }

    @Command(
            name = "ls",
            mixinStandardHelpOptions = true,
            description =
                    "Lists them, oldest first, the newest 1,000; what merely waits because a table is paused is counted.")
    static final class Ls extends Faults {

        @Option(names = "--json", description = "print JSON: pausedTables and faults")
        private boolean json;

        @Override
        int run(Setup setup, BridgeStore store) {
            var listing = store.listing(LISTED_MAX);
            var dbms = setup.source().dbms();
            if (json) {
                System.out.println(JsonMapper.shared().writeValueAsString(listing.describe(dbms::place)));
            } else {
                listing.pauses().forEach(pause -> System.out.println(FaultText.line(pause, dbms)));
                listing.groups().forEach(group -> System.out.println(FaultText.line(group)));
                listing.faults().forEach(fault -> System.out.println(FaultText.line(fault)));
                System.out.println(FaultText.summary(listing.countByState()));
            }
            return 0;
        }
    }

    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = {
                "Shows what waits in a group: its rows, without what the mapping redacts or does not read, and what it says of them now.",
                "Sends and stores nothing."
            })
    static final class Show extends Faults {

        @Parameters(paramLabel = "GROUP", description = "the group, or the beginning of its id, as ls prints it")
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private String group;

        @Override
        int run(Setup setup, BridgeStore store) throws IOException {
            var id = only(groups(store, group), group);
            var mapper = setup.mapper();
            var redactions = new FaultText.Redactions(setup.mapping());
            try (var session = store.session()) {
                var parts = session.parked().parts(id, Long.MIN_VALUE, SHOWN_MAX, SHOWN_BYTES_MAX);
                for (var each : parts) {
                    var part = each.transaction();
                    System.out.println(ExplanationText.title(part));
                    part.changes().forEach(change -> System.out.println("    " + redactions.line(change)));
                    ExplanationText.lines(mapper.explainParked(part, session.images(), new ResubmittedFaults(null)))
                            .forEach(line -> System.out.println("    -> " + line));
                }
                if (session.parked().hasMore(id, parts.getLast().transaction().commitLsn())) {
                    System.out.println("these are the first " + parts.size() + "; more wait behind them");
                }
            }
            return 0;
        }
    }

    @Command(
            name = "resubmit",
            mixinStandardHelpOptions = true,
            description = {
                "Maps what waits once more, with the mapping as it is now, and sends the events; the bridge must be stopped.",
                "Without --send it only says what would be sent. Exit code 1 when a group still cannot be mapped; it goes on waiting."
            })
    static final class Resubmit extends Faults {

        @Parameters(paramLabel = "GROUP", arity = "0..*", description = "groups, or the beginnings of their ids")
        private List<String> wanted = List.of();

        @Option(names = "--all", description = "every group")
        private boolean all;

        @Option(names = "--send", description = "send the events, and let the aggregates go on")
        private boolean send;

        @Option(
                names = "--as-one",
                paramLabel = "REASON",
                description =
                        "map all transactions of a group as if they had been one: where a later one mended the row")
        private @Nullable String asOne;

        @CommandLine.Spec
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private CommandLine.Model.CommandSpec spec;

        @Override
        public Integer call() throws Exception {
            if (all != wanted.isEmpty()) {
                throw new ParameterException(spec.commandLine(), "which? (expected: GROUP..., or --all)");
            }
            return super.call();
        }

        @Override
        int run(Setup setup, BridgeStore store) throws IOException, HubUnavailable {
            if (!store.tryLease()) {
                System.err.println(
                        "the store is in use by " + store.leaseHolder() + " (expected: stop that bridge first)");
                return 1;
            }
            var open = new AtomicReference<@Nullable Hub>();
            Runnable lost = () -> Optional.ofNullable(open.get()).ifPresent(Hub::abort);
            try (var kept = KeptLease.of(store, () -> {}, lost)) {
                return resubmit(setup, store, chosen(store), kept, open::set);
            }
        }

        /** To be asked under the lease: nobody changes them then. */
        private Set<String> chosen(BridgeStore store) {
            if (all) {
                return groups(store, "");
            }
            var chosen = new LinkedHashSet<String>();
            for (var each : wanted) {
                chosen.add(only(groups(store, each), each));
            }
            return chosen;
        }

        private int resubmit(Setup setup, BridgeStore store, Set<String> groups, KeptLease kept, Consumer<Hub> opened)
                throws IOException, HubUnavailable {
            var settings = setup.lake();
            try (var hub = setup.hub();
                    var lake = settings == null || !send ? null : Lake.open(settings, InstantSource.system())) {
                opened.accept(hub);
                var target = lake == null ? hub : new ClaimCheck(hub, lake);
                return resubmit(new Resubmission(store, setup.mapper()), groups, target, lake);
            } catch (Fenced e) {
                return taken(e);
            } catch (HubUnavailable | HubFenced | StoreFailed e) {
                if (kept.isLost()) {
                    return taken(e);
                }
                throw e;
            }
        }

        private static int taken(Exception e) {
            System.err.println(e.getMessage()
                    + "\nA bridge has taken the store over. What is said above to be sent is; of the step after it nothing is"
                    + " stored, so that it waits. Stop that bridge and resubmit again: what the hub may have of it is sent"
                    + " once more, with the same ids.");
            return 1;
        }

        private int resubmit(Resubmission resubmission, Set<String> groups, Hub hub, @Nullable Lake lake)
                throws HubUnavailable {
            var refused = 0;
            for (var group : groups) {
                Consumer<Resubmission.Result> told = result -> print(group, result);
                var last = send
                        ? resubmission.send(group, asOne != null, asOne == null ? "" : asOne, hub, lake, told)
                        : resubmission.preview(group, asOne != null, told);
                if (last.refusal() != null) {
                    refused++;
                }
            }
            return refused == 0 ? 0 : 1;
        }

        private void print(String group, Resubmission.Result result) {
            if (result.refusal() == null || result.transactions() > 0) {
                System.out.println(group + ": " + result.transactions() + " transactions, "
                        + result.events().size() + (send ? " events sent" : " events would be sent")
                        + (result.skipped() == 0
                                ? ""
                                : ", " + result.skipped() + (send ? " skipped" : " would be skipped")
                                        + " as the mapping says")
                        + (result.refusal() == null ? "" : ", and the rest"));
                result.events()
                        .forEach(
                                event -> System.out.println("    " + OneLine.of(event.subject()) + " " + event.type()));
                if (!result.again().isEmpty()) {
                    System.out.println("    " + new TreeSet<>(result.again())
                            + ": hidden or read since this was parked, so the next start "
                            + (send ? "reads" : "would read")
                            + " it anew, and tells what is gone as removed");
                }
            }
            if (result.refusal() != null) {
                System.out.println(group + ": still waits: " + result.refusal());
            }
        }
    }

    /** The groups that wait and whose ids begin so. */
    private static Set<String> groups(BridgeStore store, String beginning) {
        try (var session = store.session()) {
            var groups = session.faults().groups();
            groups.removeIf(group -> !group.startsWith(beginning));
            return groups;
        }
    }

    private static String only(Set<String> groups, String wanted) {
        if (groups.size() != 1) {
            throw new IllegalArgumentException("group '" + wanted + "': " + groups.size()
                    + " of that beginning (expected: one, as events faults ls prints it)");
        }
        return groups.iterator().next();
    }
}
