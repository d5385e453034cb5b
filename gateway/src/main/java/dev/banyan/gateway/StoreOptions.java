package dev.banyan.gateway;

import dev.banyan.gateway.store.StoreLocation;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where gateways remember together what they do. */
final class StoreOptions {

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it
    CommandSpec spec;

    private static final String PASSWORD = "BANYAN_STORE_PASSWORD";

    @Option(
            names = "--store",
            paramLabel = "URL",
            description = "jdbc:postgresql://HOST/DATABASE, where several gateways remember together what they do"
                    + " (default: a file in the run folder, when something needs it)")
    @Nullable
    String store;

    @Option(names = "--store-user", paramLabel = "NAME", description = "who this gateway is at --store")
    @Nullable
    String storeUser;

    @Option(
            names = "--store-password-file",
            paramLabel = "FILE",
            description = "holds that user's password (default: the environment variable " + PASSWORD + ")")
    @Nullable
    Path storePassword;

    /** Returns where that is; a file in the run folder unless the options name a place. */
    StoreLocation location(Path runFolder) {
        Usage.requireFile(spec, "--store-password-file", storePassword);
        if (store == null) {
            return StoreLocation.inFolder(runFolder);
        }
        try {
            return StoreLocation.postgresql(store, storeUser, storePassword, System.getenv(PASSWORD));
        } catch (IllegalArgumentException e) {
            throw Usage.wrong(spec, String.valueOf(e.getMessage()));
        }
    }
}
