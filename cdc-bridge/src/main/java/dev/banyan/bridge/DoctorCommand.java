package dev.banyan.bridge;

import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.config.ConfigException;
import dev.banyan.bridge.doctor.ColumnChecks;
import dev.banyan.bridge.doctor.Finding;
import dev.banyan.bridge.doctor.KeyTexts;
import dev.banyan.bridge.doctor.SourceChecks;
import dev.banyan.bridge.hub.HubUnavailable;
import dev.banyan.bridge.lake.LakeFailed;
import dev.banyan.bridge.lake.LakePlace;
import dev.banyan.bridge.lake.LakeReader;
import dev.banyan.bridge.mapping.Mapper;
import dev.banyan.bridge.mapping.MappingException;
import dev.banyan.bridge.mapping.OnFault;
import dev.banyan.bridge.run.NewColumns;
import dev.banyan.bridge.source.Preflight;
import dev.banyan.bridge.store.PeekedStore;
import dev.banyan.bridge.store.StoreUnusable;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/** {@code banyan bridge doctor}: what stands in the bridge's way, and what mends it. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description = {
            "Looks at the mapping, the legacy database, the store and the hub, and prints what would mend what is wrong.",
            "Changes nothing. Exit codes: 0 the bridge can run (warnings do not count), 1 not, 2 wrong usage."
        })
final class DoctorCommand implements Callable<Integer> {

    private static final String FAULT_KEY =
            "head -c 32 /dev/urandom > fault.key && chmod 600 fault.key   -- and faultKeyFile: fault.key";

    @CommandLine.Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private ConfigOption files;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    @Override
    public Integer call() throws ConfigException, MappingException {
        var setup = Setup.read(files.config);
        var findings = new ArrayList<Finding>();
        secrets(setup, findings);
        var stored = store(setup, findings);
        source(setup, stored, findings);
        hub(setup, findings);
        lake(setup, findings);
        var canRun = findings.stream().noneMatch(finding -> finding.level() == Finding.Level.FAIL);
        System.out.print(json ? json(findings, canRun) : text(findings, canRun));
        return canRun ? 0 : 1;
    }

    private static void secrets(Setup setup, List<Finding> findings) {
        try {
            setup.mapper();
            findings.add(Finding.ok(
                    "mapping",
                    setup.mapping().aggregates().size() + " aggregates, "
                            + setup.mapping().tables().size() + " tables"));
        } catch (IOException | IllegalArgumentException e) {
            findings.add(KeyChecks.failed(String.valueOf(e.getMessage())));
            return;
        }
        findings.addAll(KeyChecks.of(setup.config()));
        var parks = setup.mapping().aggregates().stream()
                .anyMatch(aggregate -> aggregate.onFault() instanceof OnFault.Park);
        if (setup.config().faultKeyFile() == null && !parks) { // else it fails, below
            findings.add(Finding.warn(
                    "faultKeyFile",
                    "none: a table that no longer fits the mapping stops the bridge, in place of waiting while others go on",
                    FAULT_KEY));
        }
    }

    private static SourceChecks.Stored store(Setup setup, List<Finding> findings) {
        try {
            setup.run(Preflight.Accepted.NONE);
            var peeked = PeekedStore.at(setup.store());
            findings.add(Finding.ok("store", peeked.isEmpty() ? "new, made at the first start" : "reachable"));
            peeked.map(PeekedStore::pauses)
                    .orElse(List.of())
                    .forEach(
                            pause -> findings.add(
                                    Finding.warn(
                                            "paused",
                                            FaultText.line(pause, setup.source().dbms()),
                                            "mend the mapping if it does not fit the table, then events faults resubmit --all --send")));
            var mapper = setup.mapper();
            peeked.ifPresent(known -> unread(mapper, known, findings));
            var spool = peeked.flatMap(PeekedStore::spool);
            if (spool.isPresent()) {
                findings.add(
                        Finding.warn(
                                "spool",
                                "at " + spool.get().where() + " it holds what the hub does not have",
                                "start the bridge there until it is empty; the position is not compared with the slot's before"));
                return SourceChecks.Stored.unreadable();
            }
            return new SourceChecks.Stored(
                    true,
                    peeked.map(PeekedStore::position),
                    peeked.map(PeekedStore::published).orElse(Set.of()),
                    peeked.map(PeekedStore::setBack).orElse(""));
        } catch (IOException | IllegalArgumentException e) {
            if (!String.valueOf(e.getMessage()).contains("faultKeyFile")) {
                return SourceChecks.Stored.unreadable(); // told among the secrets
            }
            findings.add(Finding.fail("faultKeyFile", String.valueOf(e.getMessage()), FAULT_KEY));
            return SourceChecks.Stored.unreadable();
        } catch (StoreUnusable e) {
            var found = String.valueOf(e.getMessage());
            findings.add(
                    e.isInUse()
                            ? Finding.warn(
                                    "store",
                                    found,
                                    "when the bridge is running this is right; its position is on its status page")
                            : Finding.fail("store", found, "store.jdbcUrl, user and password"));
            return SourceChecks.Stored.unreadable();
        }
    }

    private static void unread(Mapper mapper, PeekedStore known, List<Finding> findings) {
        var paused = new HashSet<TableId>();
        known.pauses().forEach(pause -> paused.addAll(pause.tables()));
        NewColumns.unread(mapper.remembers(), known.remembered(), known.backfills())
                .forEach((table, what) -> findings.add(Finding.warn(
                        "backfill",
                        table + ": " + what,
                        paused.contains(table)
                                ? "end the pause of the table: the next start after it asks for its backfill"
                                : "nothing: the next start asks for the backfill of the table")));
    }

    private static void source(Setup setup, SourceChecks.Stored stored, List<Finding> findings) {
        try (var connection = setup.source().connect()) {
            findings.addAll(SourceChecks.of(setup.source(), connection, stored));
            findings.addAll(ColumnChecks.of(
                    setup.mapping(),
                    connection,
                    stored.hasBegun() && setup.config().faultKeyFile() != null));
            findings.addAll(KeyTexts.of(setup.mapping(), connection));
        } catch (SQLException e) {
            findings.add(Finding.fail(
                    "legacy database", String.valueOf(e.getMessage()), "source.jdbcUrl, user and password"));
        }
    }

    private static void hub(Setup setup, List<Finding> findings) {
        try {
            var problems = setup.hubProblems();
            var isKafka = setup.kafka().isPresent();
            if (problems.isEmpty()) {
                findings.add(Finding.ok("hub", isKafka ? "all topics are there" : "all destinations answer"));
            } else if (isKafka) {
                findings.add(Finding.ok("hub", "reachable; the first start makes " + problems.keySet()));
            } else {
                problems.forEach((destination, problem) -> findings.add(Finding.warn(
                        "hub",
                        destination + ": " + problem,
                        "a bridge that may send but not ask can run all the same")));
            }
        } catch (HubUnavailable e) {
            findings.add(Finding.fail("hub", String.valueOf(e.getMessage()), "the settings under hub"));
        }
    }

    private static void lake(Setup setup, List<Finding> findings) {
        var lake = setup.config().lake();
        if (lake == null || !(lake.place() instanceof LakePlace.Bucket bucket)) {
            return; // a folder is made at the first start
        }
        try {
            var sealed = new LakeReader(bucket).sealedSegments();
            findings.add(Finding.ok("lake", bucket + ": " + sealed + " sealed segments"));
        } catch (LakeFailed e) {
            findings.add(
                    Finding.fail(
                            "lake",
                            String.valueOf(e.getMessage()),
                            "lake.s3, lake.region, lake.endpoint, and credentials with s3:ListBucket, s3:GetObject, s3:PutObject and s3:DeleteObject"));
        }
    }

    private static String text(List<Finding> findings, boolean canRun) {
        var text = new StringBuilder();
        for (var finding : findings) {
            text.append("%-4s %s: %s%n".formatted(finding.level(), finding.what(), finding.found()));
            if (!finding.cure().isEmpty()) {
                text.append(finding.cure().indent(7));
            }
        }
        return text.append(canRun ? "the bridge can run\n" : "the bridge cannot run yet\n")
                .toString();
    }

    private static String json(List<Finding> findings, boolean canRun) {
        return JsonMapper.shared().writeValueAsString(Map.of("canRun", canRun, "findings", findings)) + "\n";
    }
}
