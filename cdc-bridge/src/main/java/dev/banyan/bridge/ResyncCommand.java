package dev.banyan.bridge;

import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.change.Era;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.run.KeptLease;
import dev.banyan.bridge.source.LogState;
import dev.banyan.bridge.source.Obstacle;
import dev.banyan.bridge.source.Preflight;
import dev.banyan.bridge.source.Publication;
import dev.banyan.bridge.source.SourcePlan;
import dev.banyan.bridge.store.BridgeStore;
import dev.banyan.bridge.store.PublishedTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code banyan bridge resync}: goes on after a gap, anew or, where it is one of single tables, with these read again. */
@Command(
        name = "resync",
        mixinStandardHelpOptions = true,
        description = {
            "After a gap: starts over at the slot's position, or the end of MariaDB's log, and asks for a backfill of every table.",
            "With --table the log goes on where it was, and these tables alone are read again."
        })
final class ResyncCommand implements Callable<Integer> {

    @CommandLine.Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private ConfigOption files;

    @Option(
            names = "--era",
            paramLabel = "N",
            description =
                    "begin era N at least: for a store that was lost, one more than the first two hexadecimal digits of the last sequence")
    private int leastEra;

    @Option(
            names = "--table",
            paramLabel = "T",
            description = "a table that lacks what happened for a while, and is published again; may be repeated")
    private List<String> names = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        if (leastEra > 0 && !names.isEmpty()) {
            return refused("--era with --table: the log goes on, and so does its era (expected: one of the two)");
        }
        var setup = Setup.read(files.config);
        try (var connection = setup.source().connect();
                var store = BridgeStore.open(
                        setup.store(),
                        setup.config().name(),
                        BridgeStore.holder("resync"),
                        Setup.LEASE,
                        InstantSource.system())) {
            return names.isEmpty() ? anew(setup, store, connection) : again(setup, store, connection);
        }
    }

    private int anew(Setup setup, BridgeStore store, Connection connection) throws SQLException {
        var obstacles = SourcePlan.of(setup.source(), connection).obstacles(Obstacle.From.BEGINNING);
        if (!obstacles.isEmpty()) {
            return refused("what keeps a bridge from beginning keeps it from beginning anew:\n"
                    + String.join("\n", obstacles));
        }
        var beginning = Preflight.beginning(setup.source(), connection);
        if (beginning.isEmpty()) {
            return refused("the legacy database is not set up (expected: run the plan first)");
        }
        var place = beginning.get().position();
        var before = store.position();
        // A log that goes on keeps its era: what was sent and not stored comes again with its ids.
        var goesOn = before.filter(beginning.get()::goesOn).isPresent() && Preflight.goesOn(store.setBack());
        var era = Math.max(
                leastEra, before.map(at -> goesOn ? at.era() : at.era() + 1).orElse(0));
        if (era > Era.LAST) {
            return refused("era " + era + ": there is none after " + Era.LAST
                    + " (expected: a bridge of another name, with a store of its own, and consumers that begin anew)");
        }
        if (!store.tryLease()) {
            return refused(inUse(store));
        }
        var tables = setup.source().tableIds();
        try (var _ = KeptLease.of(store, () -> {}, () -> {})) { // to hide many rows takes longer than a lease
            store.beginAnew(
                    place.in(era),
                    beginning.get().definitions(),
                    beginning.get().published(),
                    store.backfills().next(tables));
        }
        System.out.println("next start: from " + setup.source().dbms().place(place.commitLsn())
                + ", with a backfill of " + tables);
        if (before.isPresent() && era != before.get().era()) {
            System.out.println("that log does not go on behind our position, "
                    + setup.source().dbms().place(before.get().commitLsn()) + ": era " + era
                    + " begins, and what comes has a higher sequence, and other ids, than all before");
        }
        return 0;
    }

    /** What is published of these tables now is asked first, and where the log ends afterwards: all that was left out before lies behind no later place. */
    private int again(Setup setup, BridgeStore store, Connection connection) throws SQLException {
        var source = setup.source();
        var tables = tables(source.tableIds());
        var position = store.position();
        if (position.isEmpty()) {
            return refused("the store has no position (expected: a bridge that has run, or resync without --table)");
        }
        var now = Publication.of(source, connection).stream()
                .filter(entry -> tables.contains(entry.table()))
                .collect(Collectors.toSet());
        var lacking = new LinkedHashSet<>(tables);
        now.forEach(entry -> lacking.remove(entry.table()));
        if (source.dbms() == Dbms.POSTGRESQL && !lacking.isEmpty()) {
            return refused(lacking + ": not in publication " + source.publication()
                    + ", or not with every kind of change (expected: run the plan first)");
        }
        var end = LogState.end(source, connection);
        if (!store.tryLease()) {
            return refused(inUse(store));
        }
        try (var _ = KeptLease.of(store, () -> {}, () -> {})) {
            store.lostRows()
                    .note(tables, Era.position(position.get().era(), end)); // first: then they are read in any case
            var published = new HashSet<PublishedTable>(now);
            store.published().stream()
                    .filter(entry -> !tables.contains(entry.table()))
                    .forEach(published::add);
            store.publish(published);
        }
        System.out.println("next start: goes on from "
                + source.dbms().place(position.get().commitLsn()) + ", and reads " + tables + " again behind "
                + source.dbms().place(end) + "; what is not there any more is told as removed");
        return 0;
    }

    private Set<TableId> tables(List<TableId> mapped) {
        var tables = new LinkedHashSet<TableId>();
        for (var name : names) {
            var found = mapped.stream()
                    .filter(table ->
                            table.name().equals(name) || table.toString().equals(name))
                    .toList();
            if (found.size() != 1) {
                throw new IllegalArgumentException(
                        "--table " + name + ": " + found + " (expected: one of the mapped tables " + mapped + ")");
            }
            tables.addAll(found);
        }
        return tables;
    }

    private static String inUse(BridgeStore store) {
        return "the store is in use by " + store.leaseHolder() + " (expected: stop that bridge first)";
    }

    private static int refused(String why) {
        System.err.println(why);
        return 1;
    }
}
