package dev.banyan.gateway.paths;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.rules.Decision;
import dev.banyan.rules.RequestFacts;
import dev.banyan.rules.RoutingTable;
import dev.banyan.rules.RulesFolder;
import dev.banyan.rules.Side;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * However a path is written, the side that serves it is the one the rules give for what that server took it for; and without rules
 * nothing is refused that the server serves.
 */
class RealServersTest {

    /** How servers are set up, and what may be declared of their {@code pathModel}. */
    enum Setup {
        TOMCAT("stripsParameters: true, resolvesDots: true, mergesSlashes: true"),
        TOMCAT_LENIENT("stripsParameters: true"),
        JETTY("stripsParameters: true, resolvesDots: true"),
        JETTY_LENIENT("stripsParameters: true"),
        UNDERTOW(""), // it keeps a semicolon that no name follows
        UNDERTOW_LENIENT(""),
        NODE(""),
        NGINX(""),
        NGINX_SLASHES(""),
        APACHE(""),
        APACHE_LENIENT("");

        private final String model;

        Setup(String model) {
            this.model = model;
        }

        RealServer start(Path folder) throws Exception {
            return switch (this) {
                case TOMCAT -> JavaServers.tomcat(false, folder);
                case TOMCAT_LENIENT -> JavaServers.tomcat(true, folder);
                case JETTY -> JavaServers.jetty(false);
                case JETTY_LENIENT -> JavaServers.jetty(true);
                case UNDERTOW -> JavaServers.undertow(false);
                case UNDERTOW_LENIENT -> JavaServers.undertow(true);
                case NODE -> ProgramServers.node(folder);
                case NGINX -> ProgramServers.nginx(true, folder);
                case NGINX_SLASHES -> ProgramServers.nginx(false, folder);
                case APACHE -> ProgramServers.apache(false, folder);
                case APACHE_LENIENT -> ProgramServers.apache(true, folder);
            };
        }
    }

    private static final String ROUTES = """
            routes:
              - {name: admin, matches: [{path: {value: /admin}}], candidate: new, stage: complete}
              - {name: public, matches: [{path: {value: /admin/public}}], candidate: new, stage: "off"}
              - {name: login, matches: [{path: {type: Exact, value: /login}}], candidate: new, stage: complete}
            """;

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(Setup.class)
    void nobodyChoosesHisSide(Setup setup) throws Exception {
        check(setup, 3_000, 1);
    }

    @Test
    @Tag("soak")
    void nobodyChoosesHisSideHoweverHeTries() throws Exception {
        long seed = Long.getLong("soak.seed", System.nanoTime());
        System.out.println("seed " + seed);
        for (Setup setup : Setup.values()) {
            folder = Files.createTempDirectory(folder, "server");
            check(setup, 40_000, seed);
        }
    }

    private void check(Setup setup, int count, long seed) throws Exception {
        RoutingTable bare = table("", "");
        RoutingTable undeclared = table("", ROUTES);
        RoutingTable declared = setup.model.isEmpty() ? undeclared : table(setup.model, ROUTES);
        List<String> wrong = new ArrayList<>();
        int served = 0;
        int refused = 0;
        try (RealServer server = setup.start(folder);
                var asker = new Asker(server.port())) {
            for (String path : PathCorpus.paths(count, seed)) {
                List<String> understood = asker.ask(path);
                if (understood.isEmpty()) {
                    continue;
                }
                served++;
                if (decide(bare, path) instanceof Decision.Refused(int _, String reason)) {
                    wrong.add(path + " is served, and refused without rules: " + reason);
                    continue;
                }
                for (RoutingTable table : List.of(undeclared, declared)) {
                    if (!(decide(table, path) instanceof Decision.Routed to)) {
                        refused++;
                        continue;
                    }
                    for (String each : understood) {
                        if (to.side() != sideOf(each)) {
                            wrong.add(path + " goes to the " + to.side() + " and is taken for " + each);
                        }
                    }
                }
            }
        }
        System.out.println(
                setup + ": " + served + " of " + count + " paths served, " + refused + " refused by two sets of rules");
        assertThat(wrong).isEmpty();
        assertThat(served).isGreaterThan(count / 20);
    }

    /** By the words of the rules. */
    private static Side sideOf(String path) {
        boolean open = path.equals("/admin/public") || path.startsWith("/admin/public/");
        boolean admin = path.equals("/admin") || path.startsWith("/admin/") || path.equals("/login");
        return admin && !open ? Side.CANDIDATE : Side.BASELINE;
    }

    private static Decision decide(RoutingTable table, String target) {
        int query = target.indexOf('?');
        return table.decide(new RequestFacts(
                "shop.test",
                "GET",
                query < 0 ? target : target.substring(0, query),
                query < 0 ? null : target.substring(query + 1),
                _ -> List.of(),
                false,
                false,
                0));
    }

    private RoutingTable table(String model, String routes) throws Exception {
        Path rules = Files.createTempDirectory(folder, "rules");
        String pathModel = model.isEmpty() ? "" : ", pathModel: {" + model + "}";
        Files.writeString(rules.resolve("rules.yaml"), """
                backends:
                  - {name: legacy, url: "http://localhost:1", baseline: true%s}
                  - {name: new, url: "http://localhost:2"%s}
                """.formatted(pathModel, pathModel) + routes);
        return RoutingTable.compile(RulesFolder.read(rules));
    }
}
