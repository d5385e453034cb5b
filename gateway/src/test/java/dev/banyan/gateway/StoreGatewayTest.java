package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.gateway.store.Relay;
import dev.banyan.gateway.store.SharedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Gateways and the control store they share, or the file they do not need. */
class StoreGatewayTest {

    private static final AtomicInteger MARKS = new AtomicInteger();

    @TempDir
    private Path folder;

    @Test
    void gatewaysServeWithoutTheStoreAndOneOfThemLeadsWithIt() throws Exception {
        var database = SharedPostgres.newDatabase();
        try (var legacy = new ScriptedServer("legacy");
                var fig = new ScriptedServer("fig");
                var relay = new Relay(SharedPostgres.port());
                var first = gateway("first", mirrored(legacy, fig), relay, database);
                var second = gateway("second", mirrored(legacy, fig), relay, database)) {
            assertThat(first.ask("GET", "/")).endsWith("legacy");
            assertThat(mark(first, fig)).isNotEqualTo(mark(second, fig));
            TestGateway.await("down", () -> first.adminText("/admin/store").contains("down\""));
            assertThat(first.admin("/admin/store").path("state").asString()).isEqualTo("down");
            assertThat(first.adminText("/metrics"))
                    .contains("banyan_store_up 0.0", "banyan_leader 0.0", "banyan_webhooks_lost_total 0.0");

            relay.open();
            TestGateway.await("one leads", () -> leads(first) || leads(second));
            TestGateway.await(
                    "both know",
                    () -> leader(first).equals(leader(second)) && !leader(first).isEmpty());
            assertThat(leads(first)).isNotEqualTo(leads(second));

            TestGateway.await("one mark", () -> mark(first, fig).equals(mark(second, fig)));
            String mark = mark(first, fig);
            second.ask("GET /back HTTP/1.1\r\nHost: shop.test\r\nX-Banyan-Mirror: " + mark + "\r\n\r\n");
            assertThat(legacy.heads("/back")).hasSize(1).allMatch(head -> head.contains(mark));
            mark(second, fig); // the next copy is there
            assertThat(fig.heads("/back")).isEmpty();

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

    private TestGateway gateway(String name, String rules, Relay relay, String database) throws Exception {
        var secret = Files.writeString(folder.resolve("secret"), SharedPostgres.user());
        return TestGateway.start(
                folder.resolve(name),
                rules,
                "--store",
                SharedPostgres.url(relay.port(), database),
                "--store-user",
                SharedPostgres.user(),
                "--store-password-file",
                secret.toString());
    }

    private static String mirrored(ScriptedServer legacy, ScriptedServer fig) {
        return """
                backends:
                  - {name: legacy, url: "%s", baseline: true, extraLoad: 0%%}
                  - {name: fig, url: "%s"}
                routes:
                  - name: all
                    matches: [{path: {value: /}}]
                    candidate: fig
                    stage: shadow
                    mirror: {percent: 100}
                """.formatted(legacy.url(), fig.url());
    }

    /** Returns the mark of a copy that a gateway makes now. */
    private static String mark(TestGateway gateway, ScriptedServer fig) throws Exception {
        String target = "/mark/" + MARKS.incrementAndGet() + "/";
        gateway.ask("GET", target);
        TestGateway.await("a copy", () -> !fig.heads(target).isEmpty());
        return fig.heads(target).getLast().replaceAll("(?s).*X-Banyan-Mirror: (\\S+).*", "$1");
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
