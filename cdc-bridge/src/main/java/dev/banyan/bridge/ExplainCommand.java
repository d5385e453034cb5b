package dev.banyan.bridge;

import dev.banyan.bridge.change.MappingFailed;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.change.UnstoredFaults;
import dev.banyan.bridge.mapping.Explanation;
import dev.banyan.bridge.mapping.Mapper;
import dev.banyan.bridge.run.KeptLease;
import dev.banyan.bridge.run.LogPreview;
import dev.banyan.bridge.source.Preflight;
import dev.banyan.bridge.store.BridgeStore;
import dev.banyan.bridge.store.Pause;
import dev.banyan.bridge.store.StoreSession;
import dev.banyan.bridge.store.TableDefinition;
import java.io.IOException;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/** {@code banyan bridge explain}: what the next transactions of the log would become, and why. */
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        description = {
            "Reads the transactions that a stopped bridge would read next and says which rule names which event, and why.",
            "Sends nothing, stores nothing, and the slot stays where it is. For rows of your own: bridge test --explain."
        })
final class ExplainCommand implements Callable<Integer> {

    @CommandLine.Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private ConfigOption files;

    @Option(
            names = "--transactions",
            paramLabel = "N",
            description = "at most so many (default: ${DEFAULT-VALUE}); none that is committed after the start")
    private int transactions = 10;

    @Option(
            names = "--transaction",
            paramLabel = "TX",
            description =
                    "instead: one that was published, by its events' txid, with the rules that named them; from the lake")
    private @Nullable String published;

    @Option(names = "--json", description = "print one JSON object a transaction")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        if (transactions < 1) {
            throw new CommandLine.ParameterException(
                    new CommandLine(this), "--transactions: " + transactions + " (expected: 1 or more)");
        }
        var setup = Setup.read(files.config);
        if (published != null) {
            return ExplainedTransaction.print(setup, published, json);
        }
        try (var connection = setup.source().connect()) {
            if (Preflight.reader(setup.source(), connection).isPresent()) {
                System.err.println(
                        "slot " + setup.source().slot() + ": somebody reads it (expected: stop the bridge first)");
                return 1;
            }
        }
        try (var store = BridgeStore.open(
                setup.store(),
                setup.config().name(),
                BridgeStore.holder("explain"),
                Setup.LEASE,
                InstantSource.system())) {
            if (!store.tryLease()) {
                System.err.println(
                        "the store is in use by " + store.leaseHolder() + " (expected: stop that bridge first)");
                return 1;
            }
            try (var _ = KeptLease.of(store, () -> {}, () -> {})) {
                return explain(setup, store);
            }
        }
    }

    private int explain(Setup setup, BridgeStore store) throws SQLException, IOException, InterruptedException {
        if (store.spool().isPresent()) {
            System.err.println("the spool at " + store.spool().get().where()
                    + " is not empty (expected: start the bridge until the hub has everything)");
            return 1;
        }
        Preflight.Verdict verdict;
        try (var connection = setup.source().connect()) {
            var source = setup.source().unmanaged();
            verdict = Preflight.check(
                    source,
                    connection,
                    new Preflight.Stored(store.position(), store.definitions(), store.published(), store.setBack()),
                    Preflight.Accepted.NONE);
        }
        if (verdict instanceof Preflight.Verdict.Refuse(var what, var todo, var _)) {
            System.err.println(what + "\n" + todo);
            return 1;
        }
        var go = (Preflight.Verdict.Go) verdict;
        var position = go.position();
        var definitions = store.position().isEmpty() ? go.definitions() : store.definitions();
        var mapper = setup.mapper();
        // What the mapper remembers is never committed: closing the session forgets it.
        try (var session = store.session()) {
            var preview = new LogPreview(new LogPreview.Parts(
                    setup.source(),
                    position,
                    definitions.stream().map(TableDefinition::text).toList(),
                    setup.run(Preflight.Accepted.NONE).limits(),
                    store.pauses(),
                    session.faults(),
                    mapper));
            var count = preview.read(transactions, listener(mapper, session));
            if (!json) {
                System.out.println(
                        count + " transactions from " + setup.source().dbms().place(position.commitLsn()));
            }
            return 0;
        } catch (MappingFailed e) {
            System.err.println("REFUSED: " + e.getMessage());
            return 1;
        }
    }

    private LogPreview.Listener listener(Mapper mapper, StoreSession session) {
        var faults = new UnstoredFaults(session.faults());
        return new LogPreview.Listener() {
            @Override
            public void next(Transaction transaction) {
                print(transaction, mapper.explain(transaction, session.images(), faults));
            }

            @Override
            public void paused(Pause pause) {
                if (json) {
                    System.out.println(JsonMapper.shared().writeValueAsString(ExplanationText.json(pause)));
                } else {
                    System.out.println("the bridge pauses " + pause.table() + " with all of " + pause.aggregate() + ": "
                            + pause.why());
                }
            }
        };
    }

    private void print(Transaction transaction, Explanation explanation) {
        if (json) {
            System.out.println(JsonMapper.shared().writeValueAsString(ExplanationText.json(transaction, explanation)));
        } else {
            System.out.println(ExplanationText.title(transaction));
            ExplanationText.lines(explanation).forEach(line -> System.out.println("    " + line));
        }
    }
}
