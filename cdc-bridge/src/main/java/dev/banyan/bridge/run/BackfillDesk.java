package dev.banyan.bridge.run;

import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.store.Backfill;
import dev.banyan.bridge.store.Backfills;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where people ask for backfills, or for parity runs, by a command or over HTTP. It writes their wishes into the store, where the bridge looks. What
 * cannot be done is an {@code IllegalArgumentException} in words for them.
 */
public final class BackfillDesk {

    /** What it is asked for. */
    public enum Kind {
        BACKFILL("backfill", "/backfills"),
        PARITY("parity run", "/parity");

        private final String word;
        private final String path;

        Kind(String word, String path) {
            this.word = word;
            this.path = path;
        }

        /** The path on the status port where the same is asked. */
        public String path() {
            return path;
        }
    }

    /** What can be asked. */
    public enum Ask {
        LS,
        START,
        PAUSE,
        RESUME,
        CANCEL
    }

    /**
     * A question. {@code names} are tables to start with, or the beginnings of ids; none means every mapped table, or all that
     * are not over.
     */
    public record Request(Ask ask, List<String> names) {}

    private final Kind kind;
    private final Backfills stored;
    private final List<TableId> tables;
    private final InstantSource clock;

    /** A desk for what {@code kind} says, of {@code tables}, which are all that the mapping has, children first. */
    public BackfillDesk(Kind kind, Backfills stored, List<TableId> tables, InstantSource clock) {
        this.kind = kind;
        this.stored = stored;
        this.tables = List.copyOf(tables);
        this.clock = clock;
    }

    private List<Backfill> all() {
        return switch (kind) {
            case BACKFILL -> stored.all();
            case PARITY -> stored.parities();
        };
    }

    /** Does what {@code request} asks; returns what it was about, of {@code LS} all, oldest first, for JSON. */
    public List<Map<String, @Nullable Object>> answer(Request request) {
        var about =
                switch (request.ask) {
                    case LS -> all().stream().map(Backfill::id).toList();
                    case START -> List.of(start(request.names));
                    case PAUSE -> wish(request.names, Backfill.Wish.PAUSE);
                    case RESUME -> wish(request.names, Backfill.Wish.GO);
                    case CANCEL -> wish(request.names, Backfill.Wish.CANCEL);
                };
        return all().stream()
                .filter(backfill -> about.contains(backfill.id()))
                .map(backfill -> backfill.describe(clock.millis()))
                .toList();
    }

    private String start(List<String> names) {
        var wanted = names.isEmpty() ? tables : found(names);
        refusePaused(wanted);
        for (var backfill : all()) {
            if (backfill.isOver() || backfill.wish() == Backfill.Wish.CANCEL) {
                continue;
            }
            for (var table : backfill.tables()) {
                if (table.reading() != Backfill.Reading.READ && wanted.contains(table.id())) {
                    throw new IllegalArgumentException("table " + table.id() + ": " + kind.word + " " + backfill.id()
                            + " is still to read it (expected: a table that none under way will read)");
                }
            }
        }
        if (kind == Kind.PARITY) {
            refuseForgotten(names.isEmpty() ? List.of() : wanted);
            return stored.requestParity(wanted).id();
        }
        return stored.request(wanted).id();
    }

    /** Who names a table of which nothing is remembered would only learn that every row of it is missing. */
    private void refuseForgotten(List<TableId> wanted) {
        var forgotten = wanted.stream().filter(stored::isForgotten).toList();
        if (!forgotten.isEmpty()) {
            var names = forgotten.stream().map(TableId::toString).collect(Collectors.joining(" "));
            throw new IllegalArgumentException("table " + names
                    + ": nothing of it is remembered (expected: a table that was backfilled; ./banyan bridge backfill start "
                    + names + ")");
        }
    }

    /** What a backfill read of a paused table would wait, and be old by the time that it is told. */
    private void refusePaused(List<TableId> wanted) {
        for (var pause : stored.pauses()) {
            if (pause.tables().stream().anyMatch(wanted::contains)) {
                throw new IllegalArgumentException("table " + pause.table() + " is paused, and with it all of "
                        + pause.aggregate() + " (expected: a mapping that fits it, and events faults resubmit first)");
            }
        }
    }

    /** The tables that {@code names} mean, in the mapping's order. */
    private List<TableId> found(List<String> names) {
        var wanted = new LinkedHashSet<TableId>();
        var unknown = new ArrayList<String>();
        for (var name : names) {
            var meant = tables.stream()
                    .filter(table ->
                            table.toString().equals(name) || table.name().equals(name))
                    .toList();
            if (meant.size() == 1) {
                wanted.add(meant.getFirst());
            } else {
                unknown.add(name);
            }
        }
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("table " + String.join(", ", unknown) + ": not one of the mapping's"
                    + " (expected: of " + tables.stream().map(TableId::toString).collect(Collectors.joining(", "))
                    + ")");
        }
        return tables.stream().filter(wanted::contains).toList();
    }

    private List<String> wish(List<String> beginnings, Backfill.Wish wish) {
        var open = all().stream().filter(backfill -> !backfill.isOver()).toList();
        if (open.isEmpty()) {
            throw new IllegalArgumentException("no " + kind.word + " is under way");
        }
        var meant = beginnings.isEmpty()
                ? open
                : beginnings.stream().map(beginning -> only(open, beginning)).toList();
        if (wish == Backfill.Wish.GO) {
            meant.forEach(backfill -> refusePaused(
                    backfill.tables().stream().map(Backfill.Table::id).toList()));
        }
        for (var backfill : meant) {
            if (backfill.wish() == Backfill.Wish.CANCEL && wish != Backfill.Wish.CANCEL) {
                throw new IllegalArgumentException(kind.word + " " + backfill.id() + ": is being cancelled");
            }
        }
        return meant.stream()
                .map(Backfill::id)
                .filter(id -> stored.wish(id, wish))
                .toList();
    }

    private Backfill only(List<Backfill> open, String beginning) {
        var found = open.stream()
                .filter(backfill -> backfill.id().startsWith(beginning))
                .toList();
        if (found.size() != 1) {
            throw new IllegalArgumentException(kind.word + " '" + beginning + "': " + found.size()
                    + " under way have an id of that beginning (expected: one, as bridge "
                    + (kind == Kind.PARITY ? "parity" : "backfill") + " ls prints it)");
        }
        return found.getFirst();
    }
}
