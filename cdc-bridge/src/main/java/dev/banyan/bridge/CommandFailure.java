package dev.banyan.bridge;

import dev.banyan.bridge.change.MappingFailed;
import dev.banyan.bridge.config.ConfigException;
import dev.banyan.bridge.engine.TransactionTooLarge;
import dev.banyan.bridge.engine.TransactionUnreadable;
import dev.banyan.bridge.hub.HubFenced;
import dev.banyan.bridge.hub.HubRefused;
import dev.banyan.bridge.hub.HubUnavailable;
import dev.banyan.bridge.lake.LakeFailed;
import dev.banyan.bridge.mapping.MappingException;
import dev.banyan.bridge.scaffold.ScaffoldFailed;
import dev.banyan.bridge.spool.SpoolFailed;
import dev.banyan.bridge.store.Fenced;
import dev.banyan.bridge.store.StoreFailed;
import dev.banyan.bridge.store.StoreUnusable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.List;
import picocli.CommandLine;

/** How a command that throws ends: with 1, and with what is wrong; where it happened is only told of what nobody can mend but us. */
final class CommandFailure implements CommandLine.IExecutionExceptionHandler {

    private static final List<Class<? extends Exception>> MENDABLE = List.of(
            ConfigException.class,
            MappingException.class,
            MappingFailed.class,
            ScaffoldFailed.class,
            StoreUnusable.class,
            StoreFailed.class,
            Fenced.class,
            SpoolFailed.class,
            LakeFailed.class,
            HubUnavailable.class,
            HubRefused.class,
            HubFenced.class,
            TransactionTooLarge.class,
            TransactionUnreadable.class,
            SQLException.class,
            IOException.class,
            UncheckedIOException.class,
            IllegalArgumentException.class,
            IllegalStateException.class);

    @Override
    public int handleExecutionException(Exception e, CommandLine failing, CommandLine.ParseResult parsed) {
        var err = failing.getErr();
        if (MENDABLE.stream().anyMatch(kind -> kind.isInstance(e))) {
            err.println(e.getMessage());
        } else {
            err.println("unexpected error, please report it:");
            e.printStackTrace(err);
        }
        err.flush();
        return CommandLine.ExitCode.SOFTWARE;
    }
}
