package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.gateway.store.Relay;
import dev.banyan.gateway.store.SharedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Gateways and the control store they share, or the file they do not need. */
class StoreGatewayTest {

    @TempDir
    private Path folder;

    @Test
    void gatewaysServeWithoutTheStoreAndOneOfThemLeadsWithIt() throws Exception {
        var database = SharedPostgres.newDatabase();
        try (var legacy = new ScriptedServer("legacy");
                var relay = new Relay(SharedPostgres.port());
                var first = gateway("first", legacy, relay, database);
                var second = gateway("second", legacy, relay, database)) {
            assertThat(first.ask("GET", "/")).endsWith("legacy");
            TestGateway.await("down", () -> first.adminText("/admin/store").contains("down\""));
            assertThat(first.admin("/admin/store").path("state").asString()).isEqualTo("down");
            assertThat(first.adminText("/metrics")).contains("banyan_store_up 0.0", "banyan_leader 0.0");

            relay.open();
            TestGateway.await("one leads", () -> leads(first) || leads(second));
            TestGateway.await(
                    "both know",
                    () -> leader(first).equals(leader(second)) && !leader(first).isEmpty());
            assertThat(leads(first)).isNotEqualTo(leads(second));

            relay.cut();
            TestGateway.await("nobody leads", () -> !leads(first) && !leads(second));
            assertThat(first.ask("GET", "/")).endsWith("legacy");
            assertThat(second.ask("GET", "/")).endsWith("legacy");
        }
    }

    @Test
    void aGatewayThatNeedsNoStoreOpensNone() throws Exception {
        try (var legacy = new ScriptedServer("legacy");
                var gateway = TestGateway.start(folder, rules(legacy))) {
            assertThat(gateway.admin("/admin/store").path("state").asString()).isEqualTo("unused");
            assertThat(folder.resolve("run/control.mv.db")).doesNotExist();
            gateway.gateway().store().start();
            TestGateway.await("up", () -> gateway.adminText("/metrics").contains("banyan_store_up 1.0"));
            assertThat(folder.resolve("run/control.mv.db")).exists();
        }
    }

    private TestGateway gateway(String name, ScriptedServer legacy, Relay relay, String database) throws Exception {
        var secret = Files.writeString(folder.resolve("secret"), SharedPostgres.user());
        return TestGateway.start(
                folder.resolve(name),
                rules(legacy),
                "--store",
                SharedPostgres.url(relay.port(), database),
                "--store-user",
                SharedPostgres.user(),
                "--store-password-file",
                secret.toString());
    }

    private static boolean leads(TestGateway gateway) {
        return gateway.gateway().leadership().epoch().isPresent();
    }

    private static String leader(TestGateway gateway) {
        return gateway.gateway().leadership().leader();
    }

    private static String rules(ScriptedServer legacy) {
        return "backends: [{name: legacy, url: \"%s\", baseline: true}]\n".formatted(legacy.url());
    }
}
