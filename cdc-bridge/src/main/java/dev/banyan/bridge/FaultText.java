package dev.banyan.bridge;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.ValueText;
import dev.banyan.bridge.mapping.Mapping;
import dev.banyan.bridge.mapping.TableUse;
import dev.banyan.bridge.store.Fault;
import dev.banyan.bridge.store.FaultListing;
import dev.banyan.bridge.store.Pause;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Faults for a person, and as maps for JSON. */
final class FaultText {

    private static final int GROUP_CHARACTERS = 8;

    private FaultText() {}

    /** One line a fault. */
    static String line(Fault fault) {
        var group = fault.group().isEmpty() ? "-" : fault.group().substring(0, GROUP_CHARACTERS);
        var why = fault.message().isEmpty() ? "waits behind the one before" : fault.message();
        return OneLine.of("%-8s %-11s %s %s %s, transaction %s at %s, %d changes: %s%s"
                .formatted(
                        group,
                        state(fault),
                        fault.committed(),
                        fault.aggregate(),
                        fault.keyText(),
                        fault.txId(),
                        Dbms.ofTransaction(fault.txId()).place(fault.commitLsn()),
                        fault.changes(),
                        why,
                        fault.reason().isEmpty() ? "" : " (" + fault.reason() + ")"));
    }

    /** One line a paused table. */
    static String line(Pause pause, Dbms dbms) {
        return OneLine.of("paused   %s with all of %s, since behind %s (%s): %s"
                .formatted(pause.table(), pause.aggregate(), dbms.place(pause.since()), pause.noted(), pause.why()));
    }

    /** One line for all that waits because a table is paused. */
    static String line(FaultListing.PausedGroup group) {
        return "%-8s %-11s %d parts of transactions of %s (all)"
                .formatted(group.group().substring(0, GROUP_CHARACTERS), "parked", group.parts(), group.aggregate());
    }

    static String summary(Map<Fault.State, Long> counts) {
        return counts.getOrDefault(Fault.State.PARKED, 0L) + " parked, "
                + counts.getOrDefault(Fault.State.SKIPPED, 0L) + " skipped, "
                + counts.getOrDefault(Fault.State.RESUBMITTED, 0L) + " resubmitted";
    }

    private static String state(Fault fault) {
        return fault.state().name().toLowerCase(Locale.ROOT);
    }

    /** Rows without what the mapping redacts or does not read. */
    static final class Redactions {

        private final Map<TableId, TableUse> uses;

        Redactions(Mapping mapping) {
            uses = mapping.tables().stream().collect(Collectors.toMap(TableUse::table, Function.identity()));
        }

        /** What {@code change} did, in one line. */
        String line(Change change) {
            return switch (change) {
                case Change.Inserted(var table, var after) -> "insert " + table + " " + shown(table, after);
                case Change.Updated(var table, var before, var after) ->
                    "update " + table + (before == null ? "" : " " + shown(table, before) + " ->") + " "
                            + shown(table, after);
                case Change.Deleted(var table, var before) -> "delete " + table + " " + shown(table, before);
                case Change.Truncated(var table) -> "truncate " + table;
                case Change.Read(var table, var after) -> "backfill " + table + " " + shown(table, after);
            };
        }

        private String shown(TableId table, Row row) {
            var use = uses.get(table);
            return row.values().entrySet().stream()
                    .map(entry -> entry.getKey() + "="
                            + (use != null && use.isClear(entry.getKey()) ? shown(entry.getValue()) : "(redacted)"))
                    .collect(Collectors.joining(", ", "{", "}"));
        }

        /** As a database prints it, but for what a terminal would take for a command. */
        private static String shown(@Nullable Object value) {
            return value == null ? "null" : OneLine.of(ValueText.of(value));
        }
    }
}
